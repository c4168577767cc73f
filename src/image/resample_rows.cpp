#include "image/resample_kernels.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "image/highway_targets.h"
#include "image/resample_portable.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "image/resample_rows.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "image/resample_sums-inl.h"

HWY_BEFORE_NAMESPACE();
namespace vit_embed {
namespace HWY_NAMESPACE {
#if HWY_TARGET == HWY_SCALAR

void resample_rows(const ResampleWeights& weights, const RgbImage& input, int first_row, RgbImage& output) {
  for (int y = 0; y < output.height(); ++y)
    resample_row_portably(weights, input.row(first_row + y), output.row(y));
}

#else

constexpr std::size_t kBlock = 16;          // bytes; shuffles work within a block
constexpr std::size_t kPixelsPerBlock = 4;  // of which a block holds 12 bytes of RGB
constexpr int kRowsAtOnce = 4;              // they share the loads of the weights

/// The sum over all blocks of a vector, in one block.
template <class D, class V>
HWY_INLINE auto sum_of_blocks(D, V v) {
  if constexpr (hn::MaxLanes(D()) * sizeof(hn::TFromD<D>) <= kBlock) {
    return v;
  } else {
    const hn::Half<D> half;
    return sum_of_blocks(half, hn::Add(hn::LowerHalf(half, v), hn::UpperHalf(half, v)));
  }
}

/// Steps of the row kernel, kBytes of loaded pixels each, that `taps` pixels take.
template <std::size_t kBytes>
constexpr std::size_t groups_for(int taps) {
  constexpr std::size_t kPixels = kBytes / kBlock * kPixelsPerBlock;
  return (static_cast<std::size_t>(taps) + kPixels - 1) / kPixels;
}

/// Weights in the order in which the row kernel meets the pixels: per output and group of pixels four
/// vectors, (high halves, low halves) of each block's pixels 0 and 1, then of its pixels 2 and 3. A pair of
/// weights stands once for each of R, G, B and the unused fourth pair of lanes.
template <std::size_t kBytes>
std::vector<std::int16_t> packed_weights(const ResampleWeights& weights, std::size_t groups) {
  constexpr std::size_t kLanes = kBytes / 2;
  constexpr std::size_t kPixels = kBytes / kBlock * kPixelsPerBlock;
  std::vector<std::int16_t> packed(static_cast<std::size_t>(weights.size()) * groups * 4 * kLanes);
  for (int output = 0; output < weights.size(); ++output) {
    std::int16_t* base = packed.data() + static_cast<std::size_t>(output) * groups * 4 * kLanes;
    for (int tap = 0; tap < weights.taps[static_cast<std::size_t>(output)]; ++tap) {
      const std::size_t pixel = static_cast<std::size_t>(tap) % kPixels;
      const std::size_t block = pixel / kPixelsPerBlock;
      const std::size_t second_pair = pixel % kPixelsPerBlock / 2;
      std::int16_t* vectors =
          base + static_cast<std::size_t>(tap) / kPixels * 4 * kLanes + second_pair * 2 * kLanes;
      for (std::size_t channel = 0; channel < 4; ++channel) {
        const std::size_t lane = block * (kBlock / 2) + channel * 2 + pixel % 2;
        vectors[lane] = high_half(weights.of(output)[tap]);
        vectors[kLanes + lane] = low_half(weights.of(output)[tap]);
      }
    }
  }
  return packed;
}

/// kBytes of consecutive pixels, so arranged that every block holds four whole pixels in its first 12 bytes.
template <std::size_t kBytes>
class PixelLoader {
 public:
  using D8 = hn::FixedTag<std::uint8_t, kBytes>;
  using D16 = hn::FixedTag<std::int16_t, kBytes / 2>;
  using D32 = hn::FixedTag<std::int32_t, kBytes / 4>;

  HWY_INLINE hn::Vec<D8> load(const std::uint8_t* pixels) const {
    const auto bytes = hn::LoadU(D8(), pixels);
    if constexpr (kBytes == kBlock) {
      return bytes;
    } else {
      HWY_ALIGN static constexpr std::int32_t kThreeOfFour[16] = {0, 1, 2, 2, 3, 4,  5,  5,
                                                                  6, 7, 8, 8, 9, 10, 11, 11};
      const D32 d32;
      return hn::BitCast(
          D8(), hn::TableLookupLanes(hn::BitCast(d32, bytes), hn::SetTableIndices(d32, kThreeOfFour)));
    }
  }

  /// (R0, R1, G0, G1, B0, B1, 0, 0) as 16-bit lanes of each block, of its pixels 0 and 1 or 2 and 3.
  HWY_INLINE hn::Vec<D16> first_pair(hn::Vec<D8> blocks) const { return pair(blocks, kFirstPair); }
  HWY_INLINE hn::Vec<D16> second_pair(hn::Vec<D8> blocks) const { return pair(blocks, kSecondPair); }

 private:
  static constexpr std::uint8_t kZero = 0x80;
  HWY_ALIGN static constexpr std::uint8_t kFirstPair[16] = {0, kZero, 3, kZero, 1,     kZero, 4,     kZero,
                                                            2, kZero, 5, kZero, kZero, kZero, kZero, kZero};
  HWY_ALIGN static constexpr std::uint8_t kSecondPair[16] = {6, kZero, 9,  kZero, 7,     kZero, 10,    kZero,
                                                             8, kZero, 11, kZero, kZero, kZero, kZero, kZero};

  HWY_INLINE static hn::Vec<D16> pair(hn::Vec<D8> blocks, const std::uint8_t* order) {
    return hn::BitCast(D16(), hn::TableLookupBytesOr0(blocks, hn::LoadDup128(D8(), order)));
  }
};

/// One output pixel of kRows rows: sums over `groups` groups of pixels, as (R, G, B, 0) in each block.
template <std::size_t kBytes, int kRows>
HWY_INLINE void sum_pixels(const std::uint8_t* pixels, std::size_t stride, const std::int16_t* packed,
                           std::size_t groups,
                           WeightedSums<typename PixelLoader<kBytes>::D32> (&sums)[kRows]) {
  constexpr std::size_t kLanes = kBytes / 2;
  constexpr std::size_t kGroupBytes = kBytes / kBlock * kPixelsPerBlock * RgbImage::kChannels;
  const PixelLoader<kBytes> loader;
  const typename PixelLoader<kBytes>::D16 d16;
  for (std::size_t group = 0; group < groups; ++group, pixels += kGroupBytes, packed += 4 * kLanes) {
    const auto high_first = hn::LoadU(d16, packed);
    const auto low_first = hn::LoadU(d16, packed + kLanes);
    const auto high_second = hn::LoadU(d16, packed + 2 * kLanes);
    const auto low_second = hn::LoadU(d16, packed + 3 * kLanes);
    for (int r = 0; r < kRows; ++r) {
      const auto blocks = loader.load(pixels + static_cast<std::size_t>(r) * stride);
      sums[r].add(loader.first_pair(blocks), high_first, low_first);
      sums[r].add(loader.second_pair(blocks), high_second, low_second);
    }
  }
}

template <std::size_t kBytes, int kRows>
void resample_row_group(const ResampleWeights& weights, const std::int16_t* packed, std::size_t groups,
                        const std::uint8_t* in, std::size_t in_stride, std::uint8_t* out,
                        std::size_t out_stride) {
  using D32 = typename PixelLoader<kBytes>::D32;
  const hn::FixedTag<std::int32_t, 4> d_pixel;
  const hn::FixedTag<std::uint8_t, 4> d_bytes;
  const std::size_t outputs = static_cast<std::size_t>(weights.size());
  const std::size_t packed_stride = groups * 4 * (kBytes / 2);
  for (std::size_t x = 0; x < outputs; ++x) {
    // Its own number of groups: a group starts within the row, so that RgbImage's readable tail is enough.
    const std::size_t own_groups = groups_for<kBytes>(weights.taps[x]);
    WeightedSums<D32> sums[kRows];
    sum_pixels<kBytes, kRows>(in + static_cast<std::size_t>(weights.first[x]) * RgbImage::kChannels,
                              in_stride, packed + x * packed_stride, own_groups, sums);
    for (int r = 0; r < kRows; ++r) {
      const auto pixel = to_samples(d_pixel, sum_of_blocks(D32(), sums[r].total()));
      std::uint8_t* to = out + static_cast<std::size_t>(r) * out_stride + x * RgbImage::kChannels;
      if (x + 1 < outputs) {
        hn::StoreU(pixel, d_bytes, to);  // the fourth byte is overwritten by the next pixel
      } else {
        HWY_ALIGN std::uint8_t rgbx[16];
        hn::StoreU(pixel, d_bytes, rgbx);
        std::memcpy(to, rgbx, RgbImage::kChannels);
      }
    }
  }
}

template <std::size_t kBytes>
void resample_rows_by(const ResampleWeights& weights, std::size_t groups, const RgbImage& input,
                      int first_row, RgbImage& output) {
  const std::vector<std::int16_t> packed = packed_weights<kBytes>(weights, groups);
  int y = 0;
  for (; y + kRowsAtOnce <= output.height(); y += kRowsAtOnce) {
    resample_row_group<kBytes, kRowsAtOnce>(weights, packed.data(), groups, input.row(first_row + y),
                                            input.row_bytes(), output.row(y), output.row_bytes());
  }
  for (; y < output.height(); ++y) {
    resample_row_group<kBytes, 1>(weights, packed.data(), groups, input.row(first_row + y), input.row_bytes(),
                                  output.row(y), output.row_bytes());
  }
}

void resample_rows(const ResampleWeights& weights, const RgbImage& input, int first_row, RgbImage& output) {
  const int taps = *std::max_element(weights.taps.begin(), weights.taps.end());
  // The narrowest vectors that need no more steps than the widest: they cost less to sum up.
  const std::size_t fewest = groups_for<kMaxBytes>(taps);
  if (groups_for<16>(taps) == fewest) return resample_rows_by<16>(weights, fewest, input, first_row, output);
#if HWY_CAP_GE256
  if (groups_for<32>(taps) == fewest) return resample_rows_by<32>(weights, fewest, input, first_row, output);
#endif
#if HWY_CAP_GE512
  return resample_rows_by<64>(weights, fewest, input, first_row, output);
#endif
}

#endif  // HWY_TARGET
}  // namespace HWY_NAMESPACE
}  // namespace vit_embed
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace vit_embed {

HWY_EXPORT(resample_rows);

void resample_rows(const ResampleWeights& weights, const RgbImage& input, int first_row, RgbImage& output) {
  HWY_DYNAMIC_DISPATCH(resample_rows)(weights, input, first_row, output);
}

}  // namespace vit_embed
#endif
