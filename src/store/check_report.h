#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace vit_embed {

/// What a check found, however much it is: of each kind of problem the first kMostTold, and how many more.
class CheckReport {
 public:
  static constexpr std::size_t kMostTold = 20;

  /// `describe` gives the line that tells it, and is called only where it will be told.
  template <class Describe>
  void add(const std::string& kind, Describe describe) {
    Kind& found = problems_[kind];
    ++found.count;
    if (found.told.size() < kMostTold) found.told.push_back(describe());
  }
  /// What is worth a line and no problem.
  void note(std::string line) { notes_.push_back(std::move(line)); }
  /// Takes all of another, for the same kinds.
  void merge(CheckReport other);

  bool is_well() const { return problems_.empty(); }
  std::uint64_t count() const;
  /// A line a problem, kind by kind.
  std::vector<std::string> problems() const;
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  struct Kind {
    std::vector<std::string> told;
    std::uint64_t count = 0;
  };

  std::map<std::string, Kind> problems_;
  std::vector<std::string> notes_;
};

}  // namespace vit_embed
