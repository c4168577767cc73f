#include "image/jpeg_decode.h"

#include <fmt/format.h>

// jpeglib.h needs FILE and size_t declared before it.
#include <csetjmp>
#include <cstdio>

#include <jerror.h>
#include <jpeglib.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "image/image_format.h"

namespace vit_embed {
namespace {

// A progressive file may repeat scans without end, each of which costs time for the whole image.
constexpr int kMaxScans = 500;
constexpr int kExifMarker = JPEG_APP0 + 1;
constexpr std::string_view kExifPrefix{"Exif\0\0", 6};

[[noreturn]] void fail(const std::string& reason) {
  throw InputError(FailureKind::permanent, reason);
}

// libjpeg's decompressor over bytes in memory. Its errors leave libjpeg by longjmp, which may skip no
// destructor: every call into libjpeg goes through step(), whose callables own nothing.
class JpegDecompressor {
 public:
  explicit JpegDecompressor(std::span<const std::byte> encoded) {
    info_.err = jpeg_std_error(&error_manager_);
    info_.client_data = this;
    error_manager_.error_exit = [](j_common_ptr info) { std::longjmp(self(info)->escape_, 1); };
    error_manager_.output_message = [](j_common_ptr) {};
    progress_manager_.progress_monitor = [](j_common_ptr info) { self(info)->limit_scans(); };
    step([&] { jpeg_create_decompress(&info_); });
    info_.progress = &progress_manager_;
    set_source(encoded);
    step([&] { jpeg_save_markers(&info_, kExifMarker, 0xFFFF); });
  }
  JpegDecompressor(const JpegDecompressor&) = delete;
  JpegDecompressor& operator=(const JpegDecompressor&) = delete;
  ~JpegDecompressor() { jpeg_destroy_decompress(&info_); }

  const jpeg_decompress_struct& info() const { return info_; }

  void read_header() {
    int status = JPEG_SUSPENDED;
    step([&] { status = jpeg_read_header(&info_, TRUE); });
    if (status == JPEG_SUSPENDED) fail_truncated();
    if (info_.num_components != 1 && info_.num_components != 3 && info_.num_components != 4) {
      fail(fmt::format("JPEG with {} components", info_.num_components));
    }
    check_image_size(info_.image_width, info_.image_height);
  }

  void start() {
    info_.out_color_space = info_.num_components == 4 ? JCS_CMYK : JCS_RGB;
    boolean started = FALSE;
    step([&] { started = jpeg_start_decompress(&info_); });
    if (!started) fail_truncated();
  }

  /// The next row into `row`, output_width * output_components samples.
  void read_row(std::uint8_t* row) {
    JDIMENSION rows = 0;
    step([&] { rows = jpeg_read_scanlines(&info_, &row, 1); });
    if (rows != 1) fail_truncated();
  }

  /// What stands behind the last row; that it ends early is no error, as in Pillow.
  void finish() {
    step([&] { jpeg_finish_decompress(&info_); });
  }

 private:
  static JpegDecompressor* self(j_common_ptr info) {
    return static_cast<JpegDecompressor*>(info->client_data);
  }

  // A source that never invents data: asked for more than there is, it suspends, which every caller reports.
  void set_source(std::span<const std::byte> encoded) {
    source_.next_input_byte = reinterpret_cast<const JOCTET*>(encoded.data());
    source_.bytes_in_buffer = encoded.size();
    source_.init_source = [](j_decompress_ptr) {};
    source_.term_source = [](j_decompress_ptr) {};
    source_.fill_input_buffer = [](j_decompress_ptr) -> boolean { return FALSE; };
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

  void limit_scans() {
    if (info_.input_scan_number <= kMaxScans) return;
    too_many_scans_ = true;
    std::longjmp(escape_, 1);
  }

  [[noreturn]] void fail_with_message() {
    if (too_many_scans_) fail(fmt::format("JPEG with more than {} scans", kMaxScans));
    std::array<char, JMSG_LENGTH_MAX> message{};
    error_manager_.format_message(reinterpret_cast<j_common_ptr>(&info_), message.data());
    fail(fmt::format("corrupt JPEG: {}", message.data()));
  }

  [[noreturn]] static void fail_truncated() { fail("truncated JPEG: the data ends early"); }

  jpeg_decompress_struct info_{};
  jpeg_error_mgr error_manager_{};
  jpeg_progress_mgr progress_manager_{};
  jpeg_source_mgr source_{};
  std::jmp_buf escape_{};
  bool too_many_scans_ = false;
};

std::vector<std::byte> joined_exif(const jpeg_decompress_struct& info) {
  std::vector<std::byte> exif;
  for (const jpeg_marker_struct* marker = info.marker_list; marker != nullptr; marker = marker->next) {
    const std::string_view data(reinterpret_cast<const char*>(marker->data), marker->data_length);
    if (!data.starts_with(kExifPrefix)) continue;
    const auto* begin = reinterpret_cast<const std::byte*>(marker->data);
    exif.insert(exif.end(), begin + kExifPrefix.size(), begin + data.size());
  }
  return exif;
}

// Pillow's cmyk2rgb (Convert.c) on inverted CMYK: (1 - c) * (1 - k), where `cmyk` already holds 255 - c and
// so on. The product is MULDIV255, i.e. rounded.
void rgb_from_inverted_cmyk(const std::uint8_t* cmyk, int width, std::uint8_t* rgb) {
  const auto scaled = [](int value, int factor) {
    const int product = value * factor + 128;
    return ((product >> 8) + product) >> 8;
  };
  for (int x = 0; x < width; ++x, cmyk += 4, rgb += RgbImage::kChannels) {
    const int not_black = cmyk[3];
    for (int channel = 0; channel < 3; ++channel) {
      rgb[channel] = static_cast<std::uint8_t>(not_black - scaled(255 - cmyk[channel], not_black));
    }
  }
}

}  // namespace

DecodedJpeg decode_jpeg(std::span<const std::byte> encoded) {
  JpegDecompressor jpeg(encoded);
  jpeg.read_header();
  DecodedJpeg decoded;
  decoded.exif = joined_exif(jpeg.info());
  jpeg.start();
  decoded.image =
      RgbImage(static_cast<int>(jpeg.info().output_width), static_cast<int>(jpeg.info().output_height));

  const bool is_cmyk = jpeg.info().out_color_space == JCS_CMYK;
  std::vector<std::uint8_t> cmyk(is_cmyk ? std::size_t{4} * jpeg.info().output_width : 0);
  for (int y = 0; y < decoded.image.height(); ++y) {
    jpeg.read_row(is_cmyk ? cmyk.data() : decoded.image.row(y));
    if (is_cmyk) rgb_from_inverted_cmyk(cmyk.data(), decoded.image.width(), decoded.image.row(y));
  }
  jpeg.finish();
  return decoded;
}

}  // namespace vit_embed
