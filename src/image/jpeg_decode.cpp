#include "image/jpeg_decode.h"

#include <fmt/format.h>

// jpeglib.h needs FILE and size_t declared before it.
#include <csetjmp>
#include <cstdio>

#include <jerror.h>
#include <jpeglib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "image/byte_order.h"
#include "image/cmyk.h"
#include "image/decode_failure.h"
#include "image/image_size_limit.h"
#include "image/metadata_orientation.h"

namespace vit_embed {
namespace {

// A progressive file may repeat scans without end, each of which costs time for the whole image: so many are
// allowed in one of max_pixels, which is more than encoders make, and more in a smaller one.
constexpr std::uint64_t kMaxScansOfLargest = 20;
constexpr std::uint64_t kMaxScans = 500;
constexpr int kMetadataMarker = JPEG_APP0 + 1;
constexpr int kStartOfScan = 0xDA;
constexpr int kTemporary = 0x01;  // TEM, which stands alone as restart markers do
constexpr std::string_view kExifPrefix{"Exif\0\0", 6};
constexpr std::string_view kXmpPrefix{"http://ns.adobe.com/xap/1.0/\0", 29};

// libjpeg's decompressor over bytes in memory. Its errors leave libjpeg by longjmp, which may skip no
// destructor: every call into libjpeg goes through step(), whose callables own nothing.
class JpegDecompressor {
 public:
  JpegDecompressor(std::span<const std::byte> encoded, const DecodeOptions& options) : options_(options) {
    info_.err = jpeg_std_error(&error_manager_);
    info_.client_data = this;
    error_manager_.error_exit = [](j_common_ptr info) { std::longjmp(self(info)->escape_, 1); };
    error_manager_.output_message = [](j_common_ptr) {};
    progress_manager_.progress_monitor = [](j_common_ptr info) { self(info)->limit_scans(); };
    step([&] { jpeg_create_decompress(&info_); });
    info_.progress = &progress_manager_;
    set_source(encoded);
  }
  JpegDecompressor(const JpegDecompressor&) = delete;
  JpegDecompressor& operator=(const JpegDecompressor&) = delete;
  ~JpegDecompressor() { jpeg_destroy_decompress(&info_); }

  const jpeg_decompress_struct& info() const { return info_; }

  void read_header() {
    int status = JPEG_SUSPENDED;
    step([&] { status = jpeg_read_header(&info_, TRUE); });
    if (status == JPEG_SUSPENDED) fail_truncated("JPEG");
    if (info_.num_components != 1 && info_.num_components != 3 && info_.num_components != 4) {
      fail(fmt::format("JPEG with {} components", info_.num_components));
    }
    check_image_size(info_.image_width, info_.image_height, options_);
  }

  void start() {
    // Gray is replicated here: in lossless files libjpeg does not do that.
    info_.out_color_space = info_.num_components == 1   ? JCS_GRAYSCALE
                            : info_.num_components == 4 ? JCS_CMYK
                                                        : JCS_RGB;
    boolean started = FALSE;
    step([&] { started = jpeg_start_decompress(&info_); });
    if (!started) fail_truncated("JPEG");
  }

  /// The next row into `row`, output_width * output_components samples.
  void read_row(std::uint8_t* row) {
    JDIMENSION rows = 0;
    step([&] { rows = jpeg_read_scanlines(&info_, &row, 1); });
    if (rows != 1) fail_truncated("JPEG");
  }

  /// What stands behind the last row; that it ends early is no error, as in Pillow.
  void finish() {
    step([&] { jpeg_finish_decompress(&info_); });
  }

 private:
  static JpegDecompressor* self(j_common_ptr info) {
    return static_cast<JpegDecompressor*>(info->client_data);
  }

  // A source that never invents data: asked for more than there is, it suspends, which every caller reports;
  // but where padding is allowed it says that the image ends here, as Pillow does, and libjpeg pads.
  void set_source(std::span<const std::byte> encoded) {
    source_.next_input_byte = reinterpret_cast<const JOCTET*>(encoded.data());
    source_.bytes_in_buffer = encoded.size();
    source_.init_source = [](j_decompress_ptr) {};
    source_.term_source = [](j_decompress_ptr) {};
    source_.fill_input_buffer = [](j_decompress_ptr info) -> boolean {
      if (!self(reinterpret_cast<j_common_ptr>(info))->options_.allow_truncated) return FALSE;
      static constexpr std::array<JOCTET, 2> kEndOfImage{0xFF, JPEG_EOI};
      info->src->next_input_byte = kEndOfImage.data();
      info->src->bytes_in_buffer = kEndOfImage.size();
      return TRUE;
    };
    source_.resync_to_restart = jpeg_resync_to_restart;
    source_.skip_input_data = [](j_decompress_ptr info, long count) {
      if (count <= 0) return;
      jpeg_source_mgr& source = *info->src;
      const std::size_t skipped = std::min(static_cast<std::size_t>(count), source.bytes_in_buffer);
      source.next_input_byte += skipped;
      source.bytes_in_buffer -= skipped;
    };
    info_.src = &source_;
  }

  template <typename Callable>
  void step(const Callable& callable) {
    if (setjmp(escape_) != 0) fail_with_message();
    callable();
  }

  std::uint64_t max_scans() const {
    const std::uint64_t pixels = std::uint64_t{info_.image_width} * info_.image_height;
    const std::uint64_t smaller_by =
        pixels == 0 ? 1 : std::max(options_.max_pixels / pixels, std::uint64_t{1});
    return std::min(kMaxScans, kMaxScansOfLargest * smaller_by);
  }

  void limit_scans() {
    if (static_cast<std::uint64_t>(info_.input_scan_number) <= max_scans()) return;
    too_many_scans_ = true;
    std::longjmp(escape_, 1);
  }

  [[noreturn]] void fail_with_message() {
    if (too_many_scans_) fail(fmt::format("JPEG with more than {} scans", max_scans()));
    std::array<char, JMSG_LENGTH_MAX> message{};
    error_manager_.format_message(reinterpret_cast<j_common_ptr>(&info_), message.data());
    fail(fmt::format("corrupt JPEG: {}", message.data()));
  }

  const DecodeOptions& options_;
  jpeg_decompress_struct info_{};
  jpeg_error_mgr error_manager_{};
  jpeg_progress_mgr progress_manager_{};
  jpeg_source_mgr source_{};
  std::jmp_buf escape_{};
  bool too_many_scans_ = false;
};

/// The contents of the APP1 segments before the first scan. libjpeg-turbo 2 would keep them in a list that it
/// walks for each: time that grows with the square of their number.
std::vector<std::span<const std::byte>> app1_segments(std::span<const std::byte> jpeg) {
  constexpr std::byte kFill{0xFF};
  std::vector<std::span<const std::byte>> found;
  std::size_t at = 2;  // behind the start-of-image marker
  while (at + 4 <= jpeg.size()) {
    if (jpeg[at] != kFill || jpeg[at + 1] == kFill) {  // between markers anything may stand
      ++at;
      continue;
    }
    const int marker = std::to_integer<int>(jpeg[at + 1]);
    at += 2;
    if (marker == kStartOfScan || marker == JPEG_EOI) break;
    if (marker == 0 || marker == kTemporary || (marker >= JPEG_RST0 && marker < JPEG_RST0 + 8)) continue;
    const std::size_t length = big_endian(jpeg.subspan(at, 2));
    if (length < 2 || length > jpeg.size() - at) break;
    if (marker == kMetadataMarker) found.push_back(jpeg.subspan(at + 2, length - 2));
    at += length;
  }
  return found;
}

/// As Pillow takes them: EXIF may go on from one segment to the next, and of XMP packets the last one counts.
int orientation_of(std::span<const std::byte> jpeg) {
  std::vector<std::byte> exif;
  std::span<const std::byte> xmp;
  for (const std::span<const std::byte> segment : app1_segments(jpeg)) {
    const std::string_view text(reinterpret_cast<const char*>(segment.data()), segment.size());
    if (text.starts_with(kExifPrefix))
      exif.insert(exif.end(), segment.begin() + kExifPrefix.size(), segment.end());
    if (text.starts_with(kXmpPrefix)) xmp = segment.subspan(kXmpPrefix.size());
  }
  return metadata_orientation(exif, xmp);
}

void rgb_from_gray(const std::uint8_t* gray, int width, std::uint8_t* rgb) {
  for (int x = 0; x < width; ++x) rgb = std::fill_n(rgb, RgbImage::kChannels, gray[x]);
}

/// From samples that are inverted: 255 is no ink.
void rgb_from_inverted_cmyk(const std::uint8_t* cmyk, int width, std::uint8_t* rgb) {
  for (int x = 0; x < width; ++x, cmyk += 4, rgb += RgbImage::kChannels) {
    for (int channel = 0; channel < 3; ++channel) rgb[channel] = channel_of_cmyk(cmyk[channel], cmyk[3]);
  }
}

}  // namespace

StoredImage decode_jpeg(std::span<const std::byte> encoded, const DecodeOptions& options) {
  JpegDecompressor jpeg(encoded, options);
  jpeg.read_header();
  StoredImage stored;
  stored.orientation = orientation_of(encoded);
  jpeg.start();
  RgbImage& image = stored.image;
  image = RgbImage(static_cast<int>(jpeg.info().output_width), static_cast<int>(jpeg.info().output_height));

  const J_COLOR_SPACE space = jpeg.info().out_color_space;
  std::vector<std::uint8_t> other(space == JCS_RGB ? 0 : std::size_t{4} * jpeg.info().output_width);
  for (int y = 0; y < image.height(); ++y) {
    jpeg.read_row(space == JCS_RGB ? image.row(y) : other.data());
    if (space == JCS_CMYK) rgb_from_inverted_cmyk(other.data(), image.width(), image.row(y));
    if (space == JCS_GRAYSCALE) rgb_from_gray(other.data(), image.width(), image.row(y));
  }
  jpeg.finish();
  return stored;
}

}  // namespace vit_embed
