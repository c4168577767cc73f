#pragma once

#include <string>

#include "base/file_descriptor.h"
#include "inputs/input_stream.h"

namespace vit_embed {

/// The paths in a list, each tried as it stands: one a line, or ended by a NUL byte each. Empty entries are
/// passed over. Reads as it goes, so that a pipe is taken up as it fills.
class ListStream : public InputStream {
 public:
  ListStream(FileDescriptor list, char separator);
  std::optional<Input> next() override;
  void cancel() override;

 private:
  std::optional<std::string> next_entry();
  bool fill();
  bool wait_readable();

  FileDescriptor list_;
  FileDescriptor cancelled_;  // readable from cancel() on
  char separator_;
  std::string buffer_;
  std::size_t position_ = 0;
};

}  // namespace vit_embed
