#include "image/tiff_decode.h"

#include <fmt/format.h>
#include <tiffio.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

#include "image/codec_message.h"
#include "image/decode_failure.h"
#include "image/image_size_limit.h"
#include "image/metadata_orientation.h"
#include "image/tiff_samples.h"

namespace vit_embed {
namespace {

// libtiff's own bound of what one tag or one block may make it allocate; blocks are bounded by the image's
// size, too.
constexpr tmsize_t kLargestAllocation = tmsize_t{1} << 31;

constexpr std::uint64_t kHeaderSize = 8;

struct TiffClose {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};

struct OptionsFree {
  void operator()(TIFFOpenOptions* options) const { TIFFOpenOptionsFree(options); }
};

// libtiff over bytes in memory, with its last message.
class TiffFile {
 public:
  explicit TiffFile(std::span<const std::byte> encoded) : encoded_(encoded) {
    const std::unique_ptr<TIFFOpenOptions, OptionsFree> options(TIFFOpenOptionsAlloc());
    if (!options) throw std::bad_alloc();
    TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), kLargestAllocation);
    TIFFOpenOptionsSetErrorHandlerExtR(options.get(), take_message, this);
    TIFFOpenOptionsSetWarningHandlerExtR(options.get(), take_warning, this);
    tiff_.reset(TIFFClientOpenExt("", "rm", this, read, write, seek, close, size, map, unmap, options.get()));
    if (!tiff_) fail();
  }
  TiffFile(const TiffFile&) = delete;
  TiffFile& operator=(const TiffFile&) = delete;

  TIFF* get() const { return tiff_.get(); }
  std::size_t size() const { return encoded_.size(); }

  /// The tag's value, or the default that TIFF 6.0 gives it.
  template <class Value>
  Value tag(std::uint32_t number, Value otherwise) const {
    Value value = otherwise;
    return TIFFGetFieldDefaulted(tiff_.get(), number, &value) != 0 ? value : otherwise;
  }

  /// Whether it has since the last call said so of fax data, which it goes on with.
  bool has_warned_of_early_end() { return std::exchange(ended_early_, false); }

  [[noreturn]] void fail() const {
    const std::string_view message = message_.text();
    vit_embed::fail(message.empty() ? "corrupt TIFF: its pixels cannot be read"
                                    : fmt::format("corrupt TIFF: {}", message));
  }

 private:
  static TiffFile& self(thandle_t handle) { return *static_cast<TiffFile*>(handle); }

  static int take_message(TIFF*, void* user, const char*, const char* format, va_list arguments) {
    self(user).message_.set_formatted(format, arguments);
    return 1;
  }
  static int take_warning(TIFF*, void* user, const char*, const char* format, va_list) {
    if (std::string_view(format).starts_with("Premature EOF")) self(user).ended_early_ = true;
    return 1;
  }
  static tmsize_t read(thandle_t handle, void* to, tmsize_t count) {
    TiffFile& file = self(handle);
    const std::size_t at = std::min(file.position_, file.encoded_.size());
    const std::size_t given = std::min(static_cast<std::size_t>(count), file.encoded_.size() - at);
    std::memcpy(to, file.encoded_.data() + at, given);
    file.position_ = at + given;
    return static_cast<tmsize_t>(given);
  }
  static tmsize_t write(thandle_t, void*, tmsize_t) { return 0; }
  static toff_t seek(thandle_t handle, toff_t offset, int whence) {
    TiffFile& file = self(handle);
    const toff_t base = whence == SEEK_CUR ? file.position_ : whence == SEEK_END ? file.encoded_.size() : 0;
    return file.position_ = base + offset;
  }
  static int close(thandle_t) { return 0; }
  static toff_t size(thandle_t handle) { return self(handle).encoded_.size(); }
  static int map(thandle_t, void**, toff_t*) { return 0; }
  static void unmap(thandle_t, void*, toff_t) {}

  std::span<const std::byte> encoded_;
  std::size_t position_ = 0;
  CodecMessage message_;
  bool ended_early_ = false;
  std::unique_ptr<TIFF, TiffClose> tiff_;
};

bool has_separate_planes(const TiffFile& file) {
  return file.tag<std::uint16_t>(TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) == PLANARCONFIG_SEPARATE;
}

TiffSampleLayout sample_layout(const TiffFile& file) {
  TiffSampleLayout layout;
  layout.photometric = file.tag<std::uint16_t>(TIFFTAG_PHOTOMETRIC, 0);
  layout.bits = file.tag<std::uint16_t>(TIFFTAG_BITSPERSAMPLE, 1);
  layout.sample_format = file.tag<std::uint16_t>(TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
  layout.samples_per_pixel = file.tag<std::uint16_t>(TIFFTAG_SAMPLESPERPIXEL, 1);
  std::uint16_t num_extra = 0;
  std::uint16_t* extra = nullptr;
  if (TIFFGetFieldDefaulted(file.get(), TIFFTAG_EXTRASAMPLES, &num_extra, &extra) != 0 && num_extra > 0) {
    layout.is_premultiplied = layout.photometric == PHOTOMETRIC_RGB && extra[0] == EXTRASAMPLE_ASSOCALPHA;
  }
  return layout;
}

void read_palette(const TiffFile& file, TiffSampleLayout& layout) {
  if (layout.photometric != PHOTOMETRIC_PALETTE) return;
  std::uint16_t* red = nullptr;
  std::uint16_t* green = nullptr;
  std::uint16_t* blue = nullptr;
  if (TIFFGetField(file.get(), TIFFTAG_COLORMAP, &red, &green, &blue) == 0) {
    fail("corrupt TIFF: a palette image without its palette");
  }
  const auto upper = [](std::uint16_t level) { return static_cast<std::uint8_t>(level >> 8); };
  for (std::size_t i = 0; i < std::size_t{1} << layout.bits; ++i) {
    layout.palette.push_back({upper(red[i]), upper(green[i]), upper(blue[i])});
  }
}

// The image in the blocks, strips or tiles, in which it is stored; with samples apart, in one set of blocks
// for each.
class TiffBlocks {
 public:
  TiffBlocks(TiffFile& file, TiffSampleLayout layout, RgbImage& image, const DecodeOptions& options)
      : file_(file),
        image_(image),
        allow_truncated_(options.allow_truncated),
        is_tiled_(TIFFIsTiled(file.get()) != 0),
        num_samples_(static_cast<std::size_t>(layout.samples_per_pixel)),
        bits_(static_cast<std::size_t>(layout.bits)),
        is_separate_(has_separate_planes(file)),
        width_(block_side(TIFFTAG_TILEWIDTH, image.width())),
        height_(is_tiled_ ? block_side(TIFFTAG_TILELENGTH, image.height())
                          : std::min(file.tag<std::uint32_t>(TIFFTAG_ROWSPERSTRIP, 0xFFFFFFFF),
                                     static_cast<std::uint32_t>(image.height()))),
        converter_(std::move(layout), std::min(width_, static_cast<std::uint32_t>(image.width()))),
        is_compressed_(file.tag<std::uint16_t>(TIFFTAG_COMPRESSION, COMPRESSION_NONE) != COMPRESSION_NONE),
        allowed_bytes_(file.size()) {
    check_image_size(width_, height_, options);  // above all that they are not 0
    const tmsize_t size = is_tiled_ ? TIFFTileSize(file.get()) : TIFFStripSize(file.get());
    if (size <= 0 || static_cast<std::size_t>(size) < height_ * row_bytes()) file.fail();
    blocks_.resize(is_separate_ ? num_samples_ : 1);
    for (std::vector<std::byte>& block : blocks_) block.resize(static_cast<std::size_t>(size));
  }

  void read() {
    bool has_pixels = false;
    for (std::uint32_t y = 0; y < static_cast<std::uint32_t>(image_.height()); y += height_) {
      for (std::uint32_t x = 0; x < static_cast<std::uint32_t>(image_.width()); x += width_) {
        if (!read_block(x, y)) continue;
        has_pixels = true;
        convert_block(x, y);
      }
    }
    if (!has_pixels) fail_truncated("TIFF");
  }

 private:
  std::uint32_t block_side(std::uint32_t tag, int of_image) const {
    return is_tiled_ ? file_.tag<std::uint32_t>(tag, 0) : static_cast<std::uint32_t>(of_image);
  }

  /// False where the file ends before the block does, and that is allowed.
  bool read_block(std::uint32_t x, std::uint32_t y) {
    for (std::size_t plane = 0; plane < blocks_.size(); ++plane) {
      const auto sample = static_cast<std::uint16_t>(plane);
      const std::uint32_t number = is_tiled_ ? TIFFComputeTile(file_.get(), x, y, 0, sample)
                                             : TIFFComputeStrip(file_.get(), y, sample);
      const std::uint64_t offset = TIFFGetStrileOffset(file_.get(), number);
      // libtiff reads the header's bytes as those of an uncompressed block that is not in the file's tables.
      if (offset < kHeaderSize) fail("corrupt TIFF: pixels are missing");
      std::vector<std::byte>& block = blocks_[plane];
      const tmsize_t wanted = wanted_bytes(y);
      bound_encoded_bytes(TIFFGetStrileByteCount(file_.get(), number), static_cast<std::uint64_t>(wanted));
      const tmsize_t got = is_tiled_ ? TIFFReadEncodedTile(file_.get(), number, block.data(), wanted)
                                     : TIFFReadEncodedStrip(file_.get(), number, block.data(), wanted);
      const bool ended_early = file_.has_warned_of_early_end();
      if (got == wanted && !ended_early) continue;
      const bool is_cut = offset + TIFFGetStrileByteCount(file_.get(), number) > file_.size();
      if (!is_cut && !ended_early) file_.fail();
      if (!allow_truncated_) fail_truncated("TIFF");
      return false;
    }
    return true;
  }

  /// Blocks that all claim the same bytes would have them read and decoded over and over. Of uncompressed
  /// ones no more is read than is wanted.
  void bound_encoded_bytes(std::uint64_t claimed, std::uint64_t decoded) {
    if (!is_compressed_) return;
    constexpr std::uint64_t kMostInVain = 1024;  // of a block that is encoded badly
    allowed_bytes_ += 2 * decoded + kMostInVain;
    if (claimed > allowed_bytes_ - claimed_bytes_) {
      fail("corrupt TIFF: its strips or tiles overlap");
    }
    claimed_bytes_ += claimed;
  }

  /// A tile is always whole; the last strip has the rows that are left.
  tmsize_t wanted_bytes(std::uint32_t y) const {
    return is_tiled_ ? static_cast<tmsize_t>(blocks_[0].size()) : TIFFVStripSize(file_.get(), rows_from(y));
  }

  std::uint32_t rows_from(std::uint32_t y) const {
    return std::min(height_, static_cast<std::uint32_t>(image_.height()) - y);
  }

  /// Samples of a pixel that stand together in a block.
  std::size_t stride() const { return is_separate_ ? 1 : num_samples_; }
  std::size_t row_bytes() const { return (width_ * stride() * bits_ + 7) / 8; }

  void convert_block(std::uint32_t x, std::uint32_t y) {
    const std::size_t columns = std::min(width_, static_cast<std::uint32_t>(image_.width()) - x);
    std::vector<TiffSampleRow> samples(num_samples_);
    for (std::uint32_t row = 0; row < rows_from(y); ++row) {
      for (std::size_t s = 0; s < num_samples_; ++s) {
        samples[s] = {blocks_[is_separate_ ? s : 0].data() + row * row_bytes(), is_separate_ ? 0 : s,
                      stride()};
      }
      converter_.convert(samples, columns,
                         image_.row(static_cast<int>(y + row)) + std::size_t{x} * RgbImage::kChannels);
    }
  }

  TiffFile& file_;
  RgbImage& image_;
  bool allow_truncated_;
  bool is_tiled_;
  std::size_t num_samples_;
  std::size_t bits_;
  bool is_separate_;
  std::uint32_t width_;
  std::uint32_t height_;
  TiffRowConverter converter_;
  bool is_compressed_;
  std::uint64_t allowed_bytes_;
  std::uint64_t claimed_bytes_ = 0;
  std::vector<std::vector<std::byte>> blocks_;
};

struct RgbaImageEnd {
  void operator()(TIFFRGBAImage* image) const { TIFFRGBAImageEnd(image); }
};

/// YCbCr whose chroma may be subsampled, which only libtiff's own RGBA reader takes apart.
void read_by_rgba_interface(const TiffFile& file, RgbImage& image) {
  std::array<char, 1024> message{};
  TIFFRGBAImage reader;
  if (TIFFRGBAImageBegin(&reader, file.get(), 1, message.data()) == 0) {
    fail(fmt::format("TIFF is not supported: {}", message.data()));
  }
  const std::unique_ptr<TIFFRGBAImage, RgbaImageEnd> ended(&reader);
  reader.req_orientation = reader.orientation;  // turned by no one but upright()
  std::vector<std::uint32_t> raster(static_cast<std::size_t>(image.width()) *
                                    static_cast<std::size_t>(image.height()));
  const bool is_read = TIFFRGBAImageGet(&reader, raster.data(), static_cast<std::uint32_t>(image.width()),
                                        static_cast<std::uint32_t>(image.height())) != 0;
  if (!is_read) file.fail();
  std::uint8_t* to = image.data();
  for (const std::uint32_t pixel : raster) {
    *to++ = static_cast<std::uint8_t>(TIFFGetR(pixel));
    *to++ = static_cast<std::uint8_t>(TIFFGetG(pixel));
    *to++ = static_cast<std::uint8_t>(TIFFGetB(pixel));
  }
}

/// Pillow's (COMPRESSION_INFO). Others that libtiff may have are left alone: its JBIG aborts the process
/// where a file asks for more memory than there is.
void check_compression(std::uint16_t compression) {
  constexpr std::array<std::uint16_t, 15> kKnown{
      COMPRESSION_NONE,      COMPRESSION_CCITTRLE, COMPRESSION_CCITTFAX3,   COMPRESSION_CCITTFAX4,
      COMPRESSION_LZW,       COMPRESSION_OJPEG,    COMPRESSION_JPEG,        COMPRESSION_ADOBE_DEFLATE,
      COMPRESSION_CCITTRLEW, COMPRESSION_PACKBITS, COMPRESSION_THUNDERSCAN, COMPRESSION_DEFLATE,
      COMPRESSION_LZMA,      COMPRESSION_ZSTD,     COMPRESSION_WEBP};
  if (std::ranges::find(kKnown, compression) != kKnown.end()) return;
  fail(fmt::format("TIFF with compression {} is not supported", compression));
}

/// Tiles may reach beyond the image, and all be the same few bytes: what they are padded to is bounded, too.
void check_tiles(const TiffFile& file, std::uint64_t width, std::uint64_t height,
                 const DecodeOptions& options) {
  if (TIFFIsTiled(file.get()) == 0) return;
  const std::uint64_t tile_width = file.tag<std::uint32_t>(TIFFTAG_TILEWIDTH, 0);
  const std::uint64_t tile_height = file.tag<std::uint32_t>(TIFFTAG_TILELENGTH, 0);
  check_image_size(tile_width, tile_height, options);
  const std::uint64_t padded_width = (width + tile_width - 1) / tile_width * tile_width;
  const std::uint64_t padded_height = (height + tile_height - 1) / tile_height * tile_height;
  if (padded_width <= 4 * options.max_pixels / padded_height) return;  // 4: tiles no larger than the image
  fail(fmt::format("corrupt TIFF: {}x{} in tiles of {}x{}", width, height, tile_width, tile_height));
}

int orientation_of(const TiffFile& file) {
  std::uint16_t orientation = 0;
  if (TIFFGetField(file.get(), TIFFTAG_ORIENTATION, &orientation) != 0) return orientation;
  std::uint32_t size = 0;
  const void* xmp = nullptr;
  if (TIFFGetField(file.get(), TIFFTAG_XMLPACKET, &size, &xmp) == 0) return 1;
  return metadata_orientation({}, {static_cast<const std::byte*>(xmp), size});
}

}  // namespace

StoredImage decode_tiff(std::span<const std::byte> encoded, const DecodeOptions& options) {
  TiffFile file(encoded);
  const auto width = file.tag<std::uint32_t>(TIFFTAG_IMAGEWIDTH, 0);
  const auto height = file.tag<std::uint32_t>(TIFFTAG_IMAGELENGTH, 0);
  check_image_size(width, height, options);
  StoredImage stored{RgbImage::black(static_cast<int>(width), static_cast<int>(height)),
                     orientation_of(file)};

  TiffSampleLayout layout = sample_layout(file);
  const auto compression = file.tag<std::uint16_t>(TIFFTAG_COMPRESSION, COMPRESSION_NONE);
  check_compression(compression);
  check_tiles(file, width, height, options);
  if (layout.photometric == PHOTOMETRIC_YCBCR && compression == COMPRESSION_JPEG &&
      !has_separate_planes(file)) {
    TIFFSetField(file.get(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    layout.photometric = PHOTOMETRIC_RGB;
  } else if (layout.photometric == PHOTOMETRIC_YCBCR || compression == COMPRESSION_OJPEG) {
    read_by_rgba_interface(file, stored.image);
    return stored;
  }
  check_is_supported(layout);
  read_palette(file, layout);
  stored.was_16_bit_gray = layout.is_scaled_gray();
  TiffBlocks(file, std::move(layout), stored.image, options).read();
  return stored;
}

}  // namespace vit_embed
