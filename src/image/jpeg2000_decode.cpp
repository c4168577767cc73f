#include "image/jpeg2000_decode.h"

#include <fmt/format.h>
#include <openjpeg.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <vector>

#include "image/cmyk.h"
#include "image/codec_message.h"
#include "image/decode_failure.h"
#include "image/image_size_limit.h"
#include "image/jpeg2000_limits.h"

namespace vit_embed {
namespace {

template <auto destroy>
struct Destroy {
  template <class T>
  void operator()(T* object) const {
    destroy(object);
  }
};
using OpjImage = std::unique_ptr<opj_image_t, Destroy<opj_image_destroy>>;

// OpenJPEG over bytes in memory, with its last error message.
class Jpeg2000Reader {
 public:
  Jpeg2000Reader(std::span<const std::byte> encoded, bool allow_truncated)
      : encoded_(encoded),
        codec_(opj_create_decompress(is_codestream() ? OPJ_CODEC_J2K : OPJ_CODEC_JP2)),
        stream_(opj_stream_default_create(OPJ_STREAM_READ)) {
    if (!codec_ || !stream_) throw std::bad_alloc();
    opj_set_error_handler(codec_.get(), take_message, this);
    opj_stream_set_user_data(stream_.get(), this, nullptr);
    opj_stream_set_user_data_length(stream_.get(), encoded.size());
    opj_stream_set_read_function(stream_.get(), read);
    opj_stream_set_skip_function(stream_.get(), skip);
    opj_stream_set_seek_function(stream_.get(), seek);
    opj_dparameters_t parameters;
    opj_set_default_decoder_parameters(&parameters);
    opj_setup_decoder(codec_.get(), &parameters);
    opj_decoder_set_strict_mode(codec_.get(), allow_truncated ? OPJ_FALSE : OPJ_TRUE);
  }
  Jpeg2000Reader(const Jpeg2000Reader&) = delete;
  Jpeg2000Reader& operator=(const Jpeg2000Reader&) = delete;

  OpjImage read_header() {
    opj_image_t* image = nullptr;
    const bool is_read = opj_read_header(stream_.get(), codec_.get(), &image) != OPJ_FALSE;
    OpjImage owned(image);
    if (!is_read || !owned) fail_with_message();
    return owned;
  }

  void decode(opj_image_t& image) {
    if (opj_decode(codec_.get(), stream_.get(), &image) == OPJ_FALSE) fail_with_message();
  }

 private:
  static constexpr OPJ_SIZE_T kEnd = static_cast<OPJ_SIZE_T>(-1);

  bool is_codestream() const { return !encoded_.empty() && encoded_[0] == std::byte{0xFF}; }

  static OPJ_SIZE_T read(void* to, OPJ_SIZE_T size, void* user) {
    auto& self = *static_cast<Jpeg2000Reader*>(user);
    const std::size_t given = std::min(size, self.encoded_.size() - self.at_);
    if (given == 0) return kEnd;
    std::memcpy(to, self.encoded_.data() + self.at_, given);
    self.at_ += given;
    return given;
  }
  static OPJ_OFF_T skip(OPJ_OFF_T count, void* user) {
    auto& self = *static_cast<Jpeg2000Reader*>(user);
    if (count < 0) return -1;
    const std::size_t skipped = std::min(static_cast<std::size_t>(count), self.encoded_.size() - self.at_);
    self.at_ += skipped;
    return static_cast<OPJ_OFF_T>(skipped);
  }
  static OPJ_BOOL seek(OPJ_OFF_T position, void* user) {
    auto& self = *static_cast<Jpeg2000Reader*>(user);
    if (position < 0 || static_cast<std::size_t>(position) > self.encoded_.size()) return OPJ_FALSE;
    self.at_ = static_cast<std::size_t>(position);
    return OPJ_TRUE;
  }
  static void take_message(const char* message, void* user) {
    static_cast<Jpeg2000Reader*>(user)->message_.set(message);
  }

  [[noreturn]] void fail_with_message() const {
    const std::string_view message = message_.text();
    fail(message.empty() ? "truncated or corrupt JPEG 2000"
                         : fmt::format("truncated or corrupt JPEG 2000: {}", message));
  }

  std::span<const std::byte> encoded_;
  std::size_t at_ = 0;
  CodecMessage message_;
  std::unique_ptr<opj_codec_t, Destroy<opj_destroy_codec>> codec_;
  std::unique_ptr<opj_stream_t, Destroy<opj_stream_destroy>> stream_;
};

enum class ColorSpace { gray, rgb, ycc, cmyk };

/// As Pillow's Jpeg2KDecode.c guesses where the file does not say.
ColorSpace color_space_of(const opj_image_t& image) {
  const auto is_full_size = [&image](std::size_t c) {
    return image.comps[c].dx == 1 && image.comps[c].dy == 1;
  };
  const bool is_subsampled = image.numcomps >= 3 && is_full_size(0) && !is_full_size(1);
  switch (image.color_space) {
    case OPJ_CLRSPC_UNSPECIFIED:
    case OPJ_CLRSPC_UNKNOWN:
      return image.numcomps <= 2 ? ColorSpace::gray : is_subsampled ? ColorSpace::ycc : ColorSpace::rgb;
    case OPJ_CLRSPC_GRAY:
      return ColorSpace::gray;
    case OPJ_CLRSPC_SRGB:
      return ColorSpace::rgb;
    case OPJ_CLRSPC_SYCC:
      return ColorSpace::ycc;
    case OPJ_CLRSPC_CMYK:
      return ColorSpace::cmyk;
    default:
      fail("JPEG 2000 in such a colour space is not supported");
  }
}

unsigned num_colors(ColorSpace space) {
  return space == ColorSpace::gray ? 1 : space == ColorSpace::cmyk ? 4 : 3;
}

/// The 8-bit level of a component at a pixel of the image.
class ComponentLevels {
 public:
  explicit ComponentLevels(const opj_image_comp_t& component)
      : component_(component),
        offset_(component.sgnd ? 1 << (component.prec - 1) : 0),
        shift_(static_cast<int>(component.prec) - 8) {}

  std::uint8_t at(std::uint32_t x, std::uint32_t y) const {
    const std::uint32_t column = std::min(x / component_.dx, component_.w - 1);
    const std::uint32_t row = std::min(y / component_.dy, component_.h - 1);
    const int sample = component_.data[std::size_t{row} * component_.w + column] + offset_;
    return static_cast<std::uint8_t>(std::clamp(shift_ > 0 ? sample >> shift_ : sample << -shift_, 0, 255));
  }

 private:
  const opj_image_comp_t& component_;
  int offset_;
  int shift_;
};

/// Pillow's ConvertYCbCr.c: the JFIF matrix in 6-bit fixed point, its tables rounded as there.
std::array<std::uint8_t, 3> rgb_of_ycc(int y, int cb, int cr) {
  const auto scaled = [](double factor, int chroma) {
    return static_cast<int>(factor * 64 * (chroma - 128) + 0.5);
  };
  const auto level = [](int value) { return static_cast<std::uint8_t>(std::clamp(value, 0, 255)); };
  return {level(y + (scaled(1.402, cr) >> 6)),
          level(y + ((scaled(-0.34414, cb) + scaled(-0.71414, cr)) >> 6)),
          level(y + (scaled(1.772, cb) >> 6))};
}

std::array<std::uint8_t, 3> rgb_of(ColorSpace space, const std::array<std::uint8_t, 4>& levels) {
  switch (space) {
    case ColorSpace::gray:
      return {levels[0], levels[0], levels[0]};
    case ColorSpace::rgb:
      return {levels[0], levels[1], levels[2]};
    case ColorSpace::ycc:
      return rgb_of_ycc(levels[0], levels[1], levels[2]);
    case ColorSpace::cmyk:
      break;
  }
  const auto channel = [&](std::size_t c) { return channel_of_cmyk(255 - levels[c], 255 - levels[3]); };
  return {channel(0), channel(1), channel(2)};
}

void check_components(const opj_image_t& image) {
  if (image.numcomps < 1 || image.numcomps > 4) {
    fail(fmt::format("JPEG 2000 with {} components is not supported", image.numcomps));
  }
  for (const opj_image_comp_t& component : std::span(image.comps, image.numcomps)) {
    if (component.prec < 1 || component.prec > 16 || component.dx < 1 || component.dy < 1) {
      fail(fmt::format("JPEG 2000 of {} bits a sample is not supported", component.prec));
    }
  }
}

RgbImage rgb_image_of(const opj_image_t& image) {
  const ColorSpace space = color_space_of(image);
  const unsigned num_used = num_colors(space);
  if (image.numcomps < num_used) fail("corrupt JPEG 2000: components are missing");
  std::vector<ComponentLevels> components;
  for (const opj_image_comp_t& component : std::span(image.comps, num_used)) {
    if (component.data == nullptr || component.w == 0 || component.h == 0) fail("JPEG 2000 without pixels");
    components.emplace_back(component);
  }
  RgbImage rgb(static_cast<int>(image.x1 - image.x0), static_cast<int>(image.y1 - image.y0));
  for (int y = 0; y < rgb.height(); ++y) {
    std::uint8_t* to = rgb.row(y);
    for (int x = 0; x < rgb.width(); ++x) {
      std::array<std::uint8_t, 4> levels{};
      for (std::size_t c = 0; c < components.size(); ++c)
        levels[c] = components[c].at(static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y));
      to = std::ranges::copy(rgb_of(space, levels), to).out;
    }
  }
  return rgb;
}

}  // namespace

StoredImage decode_jpeg2000(std::span<const std::byte> encoded, const DecodeOptions& options) {
  check_jpeg2000_limits(encoded, options);
  Jpeg2000Reader reader(encoded, options.allow_truncated);
  const OpjImage image = reader.read_header();
  if (image->x1 < image->x0 || image->y1 < image->y0) fail("corrupt JPEG 2000: no area");
  check_image_size(image->x1 - image->x0, image->y1 - image->y0, options);
  check_components(*image);
  reader.decode(*image);
  check_components(*image);  // a palette makes more of one
  StoredImage stored{rgb_image_of(*image)};
  stored.was_16_bit_gray = num_colors(color_space_of(*image)) == 1 && image->comps[0].prec > 8;
  return stored;
}

}  // namespace vit_embed
