#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "inputs/byte_source.h"

namespace vit_embed {

/// One image to embed: a name, which is bytes as the user gave them or as the file system has them, its
/// content, and what else is to be told of it.
struct Input {
  std::string name;
  std::unique_ptr<ByteSource> source;
  std::vector<std::string> columns = {};  ///< a value for each of column_names() (open_inputs.h)
};

/// What comes once ended before its end: there is more of it, which is to be sent again. The message names
/// it.
class CutOffError : public FatalError {
 public:
  using FatalError::FatalError;
};

/// Inputs one after the other, in an order that depends on nothing but what is there. One thread, but for
/// cancel().
class InputStream {
 public:
  virtual ~InputStream() = default;
  /// Nothing at the end. May block on a pipe or a slow file system. Throws FatalError where the list itself
  /// cannot be read, CutOffError where it is cut off; whatever concerns one input comes back as that input
  /// and fails when it is read.
  virtual std::optional<Input> next() = 0;
  /// How many inputs there were so far that are other shards'.
  virtual std::uint64_t passed_over() const { return 0; }
  /// Where next() gave nothing at all: what was looked at, as "'photos' has no files"; "" where there is
  /// nothing to say.
  virtual std::string why_empty() const { return {}; }
  /// Makes a next() that waits for another process return nothing, now and from now on. Any thread.
  virtual void cancel() {}
};

/// Throws FatalError, with what was looked at, where the stream gave no inputs, `count`, and none are other
/// shards'.
void require_images(std::uint64_t count, const InputStream& inputs);

}  // namespace vit_embed
