#include "merge/expectation.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace vit_embed {
namespace {

constexpr std::size_t kNamesTold = 5;

class Missing {
 public:
  void add(std::string_view name) {
    ++count_;
    if (first_.size() < kNamesTold) first_.push_back(fmt::format("'{}'", name));
  }

  void require_none() const {
    if (count_ == 0) return;
    throw CheckError(fmt::format("{} of the list {} in no shard: {}{}", count_, count_ == 1 ? "is" : "are",
                                 fmt::join(first_, ", "), count_ > first_.size() ? ", ..." : ""));
  }

 private:
  std::vector<std::string> first_;
  std::uint64_t count_ = 0;
};

class ExpectedImages : public Expectation {
 public:
  explicit ExpectedImages(std::unique_ptr<InputStream> list) : list_(std::move(list)) { advance(); }

  void see(const std::string& name) override {
    for (; !at_end_ && next_ < name; advance()) missing_.add(next_);
    while (!at_end_ && next_ == name) advance();
  }

  void require_all_seen() override {
    for (; !at_end_; advance()) missing_.add(next_);
    missing_.require_none();
  }

 private:
  void advance() {
    std::optional<Input> entry = list_->next();
    at_end_ = !entry;
    if (!entry) return;
    if (entry->name < next_) {
      throw UsageError(
          fmt::format("the list is not in bytewise order at '{}' (LC_ALL=C sort gives that)", entry->name));
    }
    next_ = std::move(entry->name);
  }

  std::unique_ptr<InputStream> list_;
  bool at_end_ = false;
  std::string next_;
  Missing missing_;
};

class ExpectedTars : public Expectation {
 public:
  explicit ExpectedTars(std::unique_ptr<InputStream> list) {
    while (std::optional<Input> entry = list->next()) is_seen_.emplace(std::move(entry->name), false);
  }

  void see(const std::string& name) override {
    // A tar's path may have others' names for its folders.
    for (std::size_t end = name.find('/'); end != std::string::npos; end = name.find('/', end + 1))
      mark(std::string_view(name).substr(0, end));
    mark(name);
  }

  void require_all_seen() override {
    Missing missing;
    for (const auto& [tar, is_seen] : is_seen_) {
      if (!is_seen) missing.add(tar);
    }
    missing.require_none();
  }

 private:
  void mark(std::string_view name) {
    const auto found = is_seen_.find(name);
    if (found != is_seen_.end()) found->second = true;
  }

  std::map<std::string, bool, std::less<>> is_seen_;
};

}  // namespace

std::unique_ptr<Expectation> expect_images(std::unique_ptr<InputStream> list) {
  return std::make_unique<ExpectedImages>(std::move(list));
}

std::unique_ptr<Expectation> expect_tars(std::unique_ptr<InputStream> list) {
  return std::make_unique<ExpectedTars>(std::move(list));
}

}  // namespace vit_embed
