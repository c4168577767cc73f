#include "cli/console.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "support/redirected_descriptor.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

TEST(Console, GivesATerminalNothingToObey) {
  const TemporaryDirectory directory;
  const FileDescriptor file = FileDescriptor::open(directory / "stderr", O_WRONLY | O_CREAT);
  {
    const RedirectedDescriptor redirected(STDERR_FILENO, file);
    Console console;
    console.log(LogLevel::error, "tensor '\x1b]0;title\x07' is there twice");
  }
  EXPECT_EQ(file_content(directory / "stderr"), "vit-embed: error: tensor '?]0;title?' is there twice\n");
}

}  // namespace
}  // namespace vit_embed
