#include "image/pnm_decode.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "image/decode_failure.h"
#include "image/image_size_limit.h"

namespace vit_embed {
namespace {

constexpr std::size_t kMagicSize = 2;
constexpr std::size_t kLongestNumber = 10;
constexpr std::uint32_t kLargestMaximum = 65535;

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

// Numbers between white space and comments.
class PnmText {
 public:
  explicit PnmText(std::string_view text) : rest_(text) {}

  std::string_view rest() const { return rest_; }

  /// The next number and the one white space behind it, without the comments in it; nothing at the end.
  std::optional<std::uint32_t> number() {
    skip_space();
    if (rest_.empty()) return std::nullopt;
    std::uint64_t value = 0;
    std::size_t length = 0;
    while (!rest_.empty() && !is_space(rest_[0])) {
      if (rest_[0] == '#') {
        skip_comment();
        continue;
      }
      if (rest_[0] < '0' || rest_[0] > '9' || ++length > kLongestNumber) fail("corrupt PNM: not a number");
      value = value * 10 + static_cast<unsigned>(rest_[0] - '0');
      rest_.remove_prefix(1);
    }
    if (!rest_.empty()) rest_.remove_prefix(1);
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(value, UINT32_MAX));
  }

  /// The next digit of a plain bitmap, which need not stand apart.
  std::optional<bool> bit() {
    skip_space();
    if (rest_.empty()) return std::nullopt;
    const char c = rest_[0];
    if (c != '0' && c != '1') fail("corrupt PNM: not a bit");
    rest_.remove_prefix(1);
    return c == '1';
  }

 private:
  void skip_space() {
    while (!rest_.empty()) {
      if (is_space(rest_[0])) {
        rest_.remove_prefix(1);
      } else if (rest_[0] == '#') {
        skip_comment();
      } else {
        return;
      }
    }
  }

  /// To the end of the line, which belongs to it.
  void skip_comment() {
    const std::size_t end = rest_.find_first_of("\r\n");
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
  }

  std::string_view rest_;
};

struct PnmHeader {
  bool is_plain = false;
  bool is_bitmap = false;
  std::size_t channels = 1;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint32_t maximum = 1;  ///< of a sample

  std::size_t num_samples() const { return std::size_t{width} * height * channels; }

  /// Of those that stand behind a header: so that no memory is taken for what is not there.
  std::size_t most_samples_in(std::size_t bytes) const {
    if (is_plain) return is_bitmap ? bytes : bytes / 2 + 1;
    if (!is_bitmap) return bytes / (maximum > 255 ? 2 : 1);
    const std::size_t row_bytes = (std::size_t{width} + 7) / 8;
    return bytes / row_bytes * width + std::min<std::size_t>(width, bytes % row_bytes * 8);
  }
};

PnmHeader read_header(char kind, PnmText& text) {
  const auto number = [&text] {
    const std::optional<std::uint32_t> value = text.number();
    if (!value) fail_truncated("PNM");
    return *value;
  };
  PnmHeader header;
  header.is_plain = kind <= '3';
  header.is_bitmap = kind == '1' || kind == '4';
  header.channels = kind == '3' || kind == '6' ? 3 : 1;
  header.width = number();
  header.height = number();
  if (header.is_bitmap) return header;
  header.maximum = number();
  if (header.maximum < 1 || header.maximum > kLargestMaximum) {
    fail(fmt::format("corrupt PNM: largest sample {}", header.maximum));
  }
  return header;
}

/// The 8-bit level of every sample up to the largest, rounded as Python's round() does, half to even.
std::vector<std::uint8_t> levels_of(std::uint32_t maximum) {
  std::vector<std::uint8_t> levels(std::size_t{maximum} + 1);
  for (std::size_t i = 0; i < levels.size(); ++i) {
    levels[i] = static_cast<std::uint8_t>(std::nearbyint(static_cast<double>(i) / maximum * 255));
  }
  return levels;
}

// Each reads samples as 8-bit levels until `levels` are full or the data end, and returns how many there
// were.

std::size_t read_plain_bits(PnmText text, std::span<std::uint8_t> levels) {
  std::size_t count = 0;
  for (; count < levels.size(); ++count) {
    const std::optional<bool> ink = text.bit();
    if (!ink) break;
    levels[count] = *ink ? 0 : 255;
  }
  return count;
}

std::size_t read_plain_numbers(PnmText text, std::uint32_t maximum, std::span<std::uint8_t> levels) {
  const std::vector<std::uint8_t> level_of = levels_of(maximum);
  std::size_t count = 0;
  for (; count < levels.size(); ++count) {
    const std::optional<std::uint32_t> sample = text.number();
    if (!sample) break;
    if (*sample > maximum) fail(fmt::format("corrupt PNM: sample {} above {}", *sample, maximum));
    levels[count] = level_of[*sample];
  }
  return count;
}

/// Rows are filled up to whole bytes.
std::size_t read_binary_bits(std::string_view bytes, std::size_t width, std::span<std::uint8_t> levels) {
  const std::size_t row_bytes = (width + 7) / 8;
  std::size_t count = 0;
  for (; count < levels.size(); ++count) {
    const std::size_t x = count % width;
    const std::size_t byte = count / width * row_bytes + x / 8;
    if (byte >= bytes.size()) break;
    levels[count] = static_cast<std::uint8_t>(bytes[byte]) >> (7 - x % 8) & 1 ? 0 : 255;
  }
  return count;
}

std::size_t read_binary_numbers(std::string_view bytes, std::uint32_t maximum,
                                std::span<std::uint8_t> levels) {
  std::vector<std::uint8_t> level_of = levels_of(maximum);
  const std::size_t size = maximum > 255 ? 2 : 1;
  level_of.resize(std::size_t{1} << (8 * size), 255);  // above the maximum
  const std::size_t count = std::min(bytes.size() / size, levels.size());
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t sample = static_cast<std::uint8_t>(bytes[i * size]);
    if (size == 2) sample = sample << 8 | static_cast<std::uint8_t>(bytes[i * size + 1]);
    levels[i] = level_of[sample];
  }
  return count;
}

std::size_t read_samples(const PnmHeader& header, const PnmText& text, std::span<std::uint8_t> levels) {
  if (header.is_plain) {
    return header.is_bitmap ? read_plain_bits(text, levels)
                            : read_plain_numbers(text, header.maximum, levels);
  }
  return header.is_bitmap ? read_binary_bits(text.rest(), header.width, levels)
                          : read_binary_numbers(text.rest(), header.maximum, levels);
}

}  // namespace

StoredImage decode_pnm(std::span<const std::byte> encoded, const DecodeOptions& options) {
  const std::string_view bytes(reinterpret_cast<const char*>(encoded.data()), encoded.size());
  PnmText text(bytes.substr(kMagicSize));
  const PnmHeader header = read_header(bytes[1], text);
  check_image_size(header.width, header.height, options);
  const auto fail_if_truncated = [&](std::size_t count) {
    if (count >= header.num_samples()) return;
    if (!options.allow_truncated || count < header.width * header.channels) fail_truncated("PNM");
  };
  const std::size_t most_samples = std::min(header.num_samples(), header.most_samples_in(text.rest().size()));
  fail_if_truncated(most_samples);
  std::vector<std::uint8_t> levels(most_samples);
  levels.resize(read_samples(header, text, levels));
  fail_if_truncated(levels.size());

  StoredImage stored{RgbImage::black(static_cast<int>(header.width), static_cast<int>(header.height))};
  stored.was_16_bit_gray = header.channels == 1 && header.maximum > 255;
  std::uint8_t* to = stored.image.data();
  for (const std::uint8_t level : levels) to = std::fill_n(to, RgbImage::kChannels / header.channels, level);
  return stored;
}

}  // namespace vit_embed
