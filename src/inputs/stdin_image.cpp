#include "inputs/stdin_image.h"

#include <unistd.h>

#include <algorithm>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/file_descriptor.h"

namespace vit_embed {
namespace {

bool is_tar(std::span<const std::byte> bytes) {
  constexpr std::string_view kMagic = "ustar";
  constexpr std::size_t kMagicAt = 257;
  return bytes.size() >= kMagicAt + kMagic.size() &&
         std::ranges::equal(bytes.subspan(kMagicAt, kMagic.size()), std::as_bytes(std::span(kMagic)));
}

/// One byte more than is allowed, at most, so that too large an image is seen to be too large.
std::shared_ptr<std::vector<std::byte>> read_stdin() {
  constexpr std::size_t kChunk = std::size_t{1} << 20;
  FileDescriptor input(::dup(STDIN_FILENO), "stdin");
  auto bytes = std::make_shared<std::vector<std::byte>>();
  while (bytes->size() <= kLargestEncodedImage) {
    const std::size_t old_size = bytes->size();
    bytes->resize(old_size + kChunk);
    const std::size_t n = input.read_some(std::span(*bytes).subspan(old_size));
    bytes->resize(old_size + n);
    if (n < kChunk || is_tar(*bytes)) break;
  }
  return bytes;
}

}  // namespace

std::optional<Input> StdinImage::next() {
  if (std::exchange(done_, true)) return std::nullopt;
  std::shared_ptr<std::vector<std::byte>> bytes = read_stdin();
  if (is_tar(*bytes)) {
    return Input{name_, std::make_unique<FailedSource>(
                            "a tar: with --stdin-name data.tar its images are read", FailureKind::permanent)};
  }
  return Input{name_, std::make_unique<MemorySource>(std::move(bytes))};
}

}  // namespace vit_embed
