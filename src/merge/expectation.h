#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "inputs/input_stream.h"

namespace vit_embed {

/// Whether all that a list has is among the inputs of a merge, where others may be, too.
class Expectation {
 public:
  virtual ~Expectation() = default;
  /// The name of the merge's next input.
  virtual void see(const std::string& name) = 0;
  /// Throws CheckError where some were not seen, telling how many and the first few.
  virtual void require_all_seen() = 0;
};

/// Of images whose names come in bytewise order. The list is in that order, too, and read alongside; what is
/// not throws UsageError, from here or from see().
std::unique_ptr<Expectation> expect_images(std::unique_ptr<InputStream> list);

/// Of tars, in any order: an input of each is to be there. Holds the list in memory.
std::unique_ptr<Expectation> expect_tars(std::unique_ptr<InputStream> list);

}  // namespace vit_embed
