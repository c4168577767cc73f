#include "image/tiff_samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <utility>

#include "image/cmyk.h"
#include "image/decode_failure.h"

namespace vit_embed {
namespace {

enum Photometric { kWhiteIsZero = 0, kBlackIsZero = 1, kRgb = 2, kPalette = 3, kCmyk = 5 };
enum SampleFormat { kUnsigned = 1, kSigned = 2, kFloat = 3 };

bool is_one_of(int bits, std::initializer_list<int> allowed) {
  return std::ranges::find(allowed, bits) != allowed.end();
}

bool is_supported_gray(const TiffSampleLayout& layout) {
  if (layout.samples_per_pixel == 2) return layout.bits == 8 && layout.sample_format == kUnsigned;
  if (layout.samples_per_pixel != 1) return false;
  switch (layout.sample_format) {
    case kUnsigned:
      return is_one_of(layout.bits, {1, 2, 4, 8, 12, 16, 32});
    case kSigned:
      return is_one_of(layout.bits, {8, 16, 32});
    default:
      return layout.sample_format == kFloat && layout.bits == 32;
  }
}

bool is_supported(const TiffSampleLayout& layout) {
  const auto has_samples = [&](int least, int most) {
    return layout.samples_per_pixel >= least && layout.samples_per_pixel <= most;
  };
  if (layout.is_gray()) return is_supported_gray(layout);
  if (layout.sample_format != kUnsigned) return false;
  switch (layout.photometric) {
    case kRgb:
      return (layout.bits == 8 && has_samples(3, 6)) || (layout.bits == 16 && has_samples(3, 4));
    case kPalette:
      return (is_one_of(layout.bits, {1, 2, 4, 8}) && has_samples(1, 1)) ||
             (layout.bits == 8 && has_samples(2, 2));
    case kCmyk:
      return (layout.bits == 8 && has_samples(4, 6)) || (layout.bits == 16 && has_samples(4, 4));
    default:
      return false;
  }
}

template <class Sample, class Convert>
void convert_each(const TiffSampleRow& from, std::size_t width, std::uint8_t* levels, Convert convert) {
  const std::byte* at = from.row + from.first * sizeof(Sample);
  for (std::size_t x = 0; x < width; ++x, at += from.stride * sizeof(Sample)) {
    Sample sample;
    std::memcpy(&sample, at, sizeof sample);
    levels[x] = convert(sample);
  }
}

/// As Pillow's F and I become L: fractions are cut off; what is no number is black.
template <class Sample>
std::uint8_t clipped(Sample sample) {
  if (!(sample > 0)) return 0;
  return sample >= 255 ? 255 : static_cast<std::uint8_t>(sample);
}

/// The `bits` bits of sample number `i`, which do not fill whole bytes.
unsigned packed_sample(const std::byte* row, std::size_t i, unsigned bits) {
  const std::size_t first_bit = i * bits;
  const std::size_t last_byte = (first_bit + bits - 1) / 8;
  unsigned value = 0;
  for (std::size_t byte = first_bit / 8; byte <= last_byte; ++byte) {
    value = value << 8 | std::to_integer<unsigned>(row[byte]);
  }
  const std::size_t behind = (last_byte + 1) * 8 - (first_bit + bits);
  return value >> behind & ((1U << bits) - 1);
}

void unpack_packed(const TiffSampleRow& from, std::size_t width, unsigned bits, bool is_index,
                   std::uint8_t* levels) {
  const unsigned largest = (1U << bits) - 1;
  for (std::size_t x = 0; x < width; ++x) {
    const unsigned sample = packed_sample(from.row, from.first + x * from.stride, bits);
    levels[x] = static_cast<std::uint8_t>(is_index   ? sample
                                          : bits > 8 ? sample >> (bits - 8)
                                                     : sample * 255 / largest);
  }
}

/// Pillow's unpackRGBa.
std::uint8_t unmultiplied(unsigned level, unsigned alpha) {
  if (alpha == 0) return 0;
  return static_cast<std::uint8_t>(std::min(255U, level * 255 / alpha));
}

}  // namespace

void check_is_supported(const TiffSampleLayout& layout) {
  if (is_supported(layout)) return;
  constexpr std::array kFormats{"unsigned", "signed", "floating-point"};
  const bool is_named = layout.sample_format >= 1 && layout.sample_format <= 3;
  fail(fmt::format(
      "TIFF with {} samples a pixel of {} {} bits and photometric interpretation {} is not supported",
      layout.samples_per_pixel, layout.bits,
      is_named ? kFormats[static_cast<std::size_t>(layout.sample_format - 1)] : "unknown",
      layout.photometric));
}

TiffRowConverter::TiffRowConverter(TiffSampleLayout layout, std::size_t width)
    : layout_(std::move(layout)),
      levels_(static_cast<std::size_t>(layout_.samples_per_pixel), std::vector<std::uint8_t>(width)) {}

void TiffRowConverter::unpack(const TiffSampleRow& from, std::size_t width,
                              std::vector<std::uint8_t>& levels) const {
  std::uint8_t* to = levels.data();
  const bool is_index = layout_.photometric == kPalette;
  if (layout_.bits == 32 && layout_.sample_format == kFloat) {
    convert_each<float>(from, width, to, clipped<float>);
  } else if (layout_.bits == 32 && layout_.sample_format == kSigned) {
    convert_each<std::int32_t>(from, width, to, clipped<std::int32_t>);
  } else if (layout_.bits == 32) {
    convert_each<std::uint32_t>(from, width, to, clipped<std::uint32_t>);
  } else if (layout_.bits == 16 && layout_.sample_format == kSigned) {
    convert_each<std::int16_t>(from, width, to, clipped<std::int16_t>);
  } else if (layout_.bits == 16) {
    convert_each<std::uint16_t>(from, width, to, [](auto v) { return static_cast<std::uint8_t>(v >> 8); });
  } else if (layout_.bits == 8) {
    convert_each<std::uint8_t>(from, width, to, [](auto v) { return v; });
  } else {
    unpack_packed(from, width, static_cast<unsigned>(layout_.bits), is_index, to);
  }
  if (layout_.photometric == kWhiteIsZero && layout_.sample_format == kUnsigned && layout_.bits < 32) {
    for (std::size_t x = 0; x < width; ++x) to[x] = static_cast<std::uint8_t>(255 - to[x]);
  }
}

void TiffRowConverter::convert(std::span<const TiffSampleRow> samples, std::size_t width, std::uint8_t* rgb) {
  for (std::size_t s = 0; s < levels_.size(); ++s) unpack(samples[s], width, levels_[s]);
  for (std::size_t x = 0; x < width; ++x, rgb += 3) {
    if (layout_.is_gray()) {
      std::fill_n(rgb, 3, levels_[0][x]);
    } else if (layout_.photometric == kPalette) {
      std::ranges::copy(layout_.palette[levels_[0][x]], rgb);
    } else if (layout_.photometric == kCmyk) {
      for (std::size_t c = 0; c < 3; ++c) rgb[c] = channel_of_cmyk(255 - levels_[c][x], 255 - levels_[3][x]);
    } else {
      for (std::size_t c = 0; c < 3; ++c) {
        rgb[c] = layout_.is_premultiplied ? unmultiplied(levels_[c][x], levels_[3][x]) : levels_[c][x];
      }
    }
  }
}

}  // namespace vit_embed
