#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vit_embed {

/// What a TIFF's samples mean: tags of TIFF 6.0, as libtiff gives them.
struct TiffSampleLayout {
  int photometric = 0;        ///< tag 262: 0 and 1 gray, 2 RGB, 3 palette, 5 CMYK
  int bits = 1;               ///< of every sample
  int sample_format = 1;      ///< 1 unsigned, 2 signed, 3 floating point
  int samples_per_pixel = 1;  ///< the extra ones included
  bool is_premultiplied = false;
  std::vector<std::array<std::uint8_t, 3>> palette;

  bool is_gray() const { return photometric <= 1; }
  bool is_scaled_gray() const { return is_gray() && sample_format == 1 && (bits == 12 || bits == 16); }
};

/// Throws InputError where Pillow (TiffImagePlugin.OPEN_INFO) does not read such samples as RGB either.
void check_is_supported(const TiffSampleLayout& layout);

/// Where the samples of a row are: sample `s` of pixel `x` is number first + x * stride of those packed in
/// `row`, the bits of a byte from the highest, whole bytes in this machine's order.
struct TiffSampleRow {
  const std::byte* row;
  std::size_t first;
  std::size_t stride;
};

/// A row of RGB from one TiffSampleRow for each of samples_per_pixel. Gray of 12 and 16 bits is scaled; other
/// integers and floating point are clipped to 0 and 255, as Pillow does; of 16-bit colours the upper 8 bits
/// are taken.
class TiffRowConverter {
 public:
  TiffRowConverter(TiffSampleLayout layout, std::size_t width);

  /// The first `width` pixels.
  void convert(std::span<const TiffSampleRow> samples, std::size_t width, std::uint8_t* rgb);

 private:
  void unpack(const TiffSampleRow& from, std::size_t width, std::vector<std::uint8_t>& levels) const;

  TiffSampleLayout layout_;
  std::vector<std::vector<std::uint8_t>> levels_;  // 8 bits a sample, one row for each sample of a pixel
};

}  // namespace vit_embed
