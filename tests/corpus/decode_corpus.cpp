// Decodes every file of a folder, or of those named, as `extract` would, and writes what came of each to
// stdout for compare_with_pillow.py, which reads this format (integers little endian):
//   u32 length, path; u64 length, encoded bytes (none where they could not be read);
//   u32 width, u32 height, RGB bytes; or, width and height 0, u32 length, the reason why not.
// Where that reason is none that a decoder may give, it also makes a line on stderr, and the exit code 1.

#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "image/decode.h"
#include "inputs/open_inputs.h"

namespace {

using vit_embed::RgbImage;

void put(std::string_view bytes) {
  std::fwrite(bytes.data(), 1, bytes.size(), stdout);
}

template <class Integer>
void put_integer(Integer value) {
  for (std::size_t i = 0; i < sizeof(Integer); ++i)
    std::fputc(static_cast<int>(value >> (8 * i) & 0xFF), stdout);
}

std::string_view view_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// False where the file ended in an exception that is no InputError.
bool put_outcome(const vit_embed::ImageDecoder& decoder, const vit_embed::Input& input) {
  std::vector<std::byte> encoded;
  RgbImage image;
  std::string reason;
  bool is_expected = true;
  try {
    input.source->read(encoded);
    image = decoder.decode(encoded, {});
  } catch (const vit_embed::InputError& error) {
    reason = error.what();
  } catch (const std::exception& error) {
    reason = fmt::format("unexpected: {}", error.what());
    fmt::print(stderr, "decode_corpus: '{}': {}\n", input.name, reason);
    is_expected = false;
  }
  put_integer(static_cast<std::uint32_t>(input.name.size()));
  put(input.name);
  put_integer(std::uint64_t{encoded.size()});
  put(view_of(encoded));
  put_integer(static_cast<std::uint32_t>(image.width()));
  put_integer(static_cast<std::uint32_t>(image.height()));
  if (image.size() > 0) {
    put({reinterpret_cast<const char*>(image.data()), image.size()});
  } else {
    put_integer(static_cast<std::uint32_t>(reason.size()));
    put(reason);
  }
  return is_expected;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 2) {
    fmt::print(stderr, "usage: decode_corpus FOLDER|FILE...\n");
    return 2;
  }
  vit_embed::InputOptions options;
  options.paths.assign(argv + 1, argv + argc);
  options.folders.include = {"*"};
  options.folders.hidden = true;
  const std::unique_ptr<vit_embed::InputStream> inputs = vit_embed::open_inputs(options);
  const vit_embed::ImageDecoder decoder({});
  std::uint64_t num_unexpected = 0;
  while (const std::optional<vit_embed::Input> input = inputs->next()) {
    if (!put_outcome(decoder, *input)) ++num_unexpected;
  }
  if (num_unexpected > 0) fmt::print(stderr, "decode_corpus: {} unexpected failures\n", num_unexpected);
  return std::fflush(stdout) == 0 && num_unexpected == 0 ? 0 : 1;
} catch (const std::exception& error) {
  fmt::print(stderr, "decode_corpus: {}\n", error.what());
  return 1;
}
