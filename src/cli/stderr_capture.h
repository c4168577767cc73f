#pragma once

#include <thread>

#include "base/file_descriptor.h"
#include "base/log.h"

namespace vit_embed {

/// While it lives, what libraries print to stderr (libgomp, oneDNN, codecs) becomes debug messages
/// instead of reaching the user raw. The process has one stderr: one capture at a time, made before the
/// libraries' threads.
class StderrCapture {
 public:
  explicit StderrCapture(LogSink log);
  StderrCapture(const StderrCapture&) = delete;
  StderrCapture& operator=(const StderrCapture&) = delete;
  ~StderrCapture();

 private:
  void read_lines(const LogSink& log);

  FileDescriptor original_;
  FileDescriptor read_end_;
  std::jthread reader_;
};

}  // namespace vit_embed
