#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "inputs/input_stream.h"

namespace vit_embed {

/// Whether names that come in bytewise order are all that a list, in that order too, has; others may be among
/// them.
class ExpectedNames {
 public:
  explicit ExpectedNames(std::unique_ptr<InputStream> list);

  /// Throws UsageError where the list is not in order.
  void see(const std::string& name);
  /// Throws CheckError where some were not seen, telling how many and the first few.
  void require_all_seen();

 private:
  void advance();
  void note_missing();

  std::unique_ptr<InputStream> list_;
  bool at_end_ = false;
  std::string next_;
  std::vector<std::string> first_missing_;
  std::uint64_t missing_ = 0;
};

}  // namespace vit_embed
