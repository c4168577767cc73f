#include "inputs/stdin_image.h"

#include <algorithm>
#include <span>
#include <string_view>

namespace vit_embed {
namespace {

bool is_tar(std::span<const std::byte> bytes) {
  constexpr std::string_view kMagic = "ustar";
  constexpr std::size_t kMagicAt = 257;
  return bytes.size() >= kMagicAt + kMagic.size() &&
         std::ranges::equal(bytes.subspan(kMagicAt, kMagic.size()), std::as_bytes(std::span(kMagic)));
}

}  // namespace

/// One byte more than is allowed, at most, so that too large an image is seen to be too large. A read at a
/// time, for what a pipe has not got yet may never come.
std::shared_ptr<std::vector<std::byte>> StdinImage::read() {
  constexpr std::size_t kChunk = std::size_t{1} << 16;  // what a pipe holds
  auto bytes = std::make_shared<std::vector<std::byte>>();
  while (bytes->size() <= kLargestEncodedImage && !is_tar(*bytes)) {
    if (!cancellation_.wait_readable(input_)) return nullptr;
    const std::size_t old_size = bytes->size();
    bytes->resize(old_size + kChunk);
    const std::size_t n = input_.read_once(std::span(*bytes).subspan(old_size));
    bytes->resize(old_size + n);
    if (n == 0) break;
  }
  return bytes;
}

std::optional<Input> StdinImage::next() {
  if (std::exchange(done_, true)) return std::nullopt;
  std::shared_ptr<std::vector<std::byte>> bytes = read();
  if (bytes == nullptr) return std::nullopt;
  if (is_tar(*bytes)) {
    return Input{name_, std::make_unique<FailedSource>(
                            "a tar: with --stdin-name data.tar its images are read", FailureKind::permanent)};
  }
  return Input{name_, std::make_unique<MemorySource>(std::move(bytes))};
}

}  // namespace vit_embed
