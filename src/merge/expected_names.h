#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "inputs/input_stream.h"

namespace vit_embed {

/// Whether names that come in bytewise order are all that a list, in that order too, has; others may be among
/// them. Of a list of tars, some input of each tar is to be there.
class ExpectedNames {
 public:
  enum class Of { inputs, tars };
  ExpectedNames(std::unique_ptr<InputStream> list, Of of);

  /// Throws UsageError where the list is not in order.
  void see(const std::string& name);
  /// Throws CheckError where some were not seen, telling how many and the first few.
  void require_all_seen();

 private:
  void advance();
  void note_missing();
  bool is_expected(const std::string& name) const;

  std::unique_ptr<InputStream> list_;
  Of of_;
  bool at_end_ = false;
  bool is_seen_ = false;  // of a tar
  std::string next_;
  std::string order_;  // what of next_ is to be in order
  std::vector<std::string> first_missing_;
  std::uint64_t missing_ = 0;
};

}  // namespace vit_embed
