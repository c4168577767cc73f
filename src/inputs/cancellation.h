#pragma once

#include "base/file_descriptor.h"

namespace vit_embed {

/// What ends a wait for another process. Any thread.
class Cancellation {
 public:
  Cancellation();
  void request();
  bool requested() const;
  /// Blocks until `file` has something to read, or an end or an error to tell; false where it is cancelled.
  /// Throws FatalError.
  bool wait_readable(const FileDescriptor& file) const;

 private:
  FileDescriptor event_;  // readable from request() on
};

}  // namespace vit_embed
