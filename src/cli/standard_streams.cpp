#include "cli/standard_streams.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/file_descriptor.h"

namespace vit_embed {

void occupy_closed_standard_streams() {
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(standard, F_GETFD) >= 0) continue;
    // Opened the wrong way round, it can be neither read nor written; it is the lowest that is free.
    ::open("/dev/null", standard == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

void write_to_stdout(std::string_view text) {
  FileDescriptor(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0), "stdout")
      .write_all(std::as_bytes(std::span(text)));
}

}  // namespace vit_embed
