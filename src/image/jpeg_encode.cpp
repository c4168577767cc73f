#include "image/jpeg_encode.h"

// jpeglib.h needs FILE and size_t declared before it.
#include <csetjmp>
#include <cstdio>

#include <jpeglib.h>

#include <array>
#include <cstdlib>
#include <stdexcept>

namespace vit_embed {
namespace {

/// libjpeg's compressor into memory. Its errors leave libjpeg by longjmp, which may skip no destructor: see
/// JpegDecompressor.
class JpegCompressor {
 public:
  JpegCompressor() {
    info_.err = jpeg_std_error(&error_manager_);
    info_.client_data = this;
    error_manager_.error_exit = [](j_common_ptr info) {
      std::longjmp(static_cast<JpegCompressor*>(info->client_data)->escape_, 1);
    };
    error_manager_.output_message = [](j_common_ptr) {};
    step([&] {
      jpeg_create_compress(&info_);
      jpeg_mem_dest(&info_, &bytes_, &size_);
    });
  }
  JpegCompressor(const JpegCompressor&) = delete;
  JpegCompressor& operator=(const JpegCompressor&) = delete;
  ~JpegCompressor() {
    jpeg_destroy_compress(&info_);
    std::free(bytes_);
  }

  void compress(const RgbImage& image, int quality) {
    info_.image_width = static_cast<JDIMENSION>(image.width());
    info_.image_height = static_cast<JDIMENSION>(image.height());
    info_.input_components = RgbImage::kChannels;
    info_.in_color_space = JCS_RGB;
    step([&] {
      jpeg_set_defaults(&info_);
      jpeg_set_quality(&info_, quality, TRUE);
      info_.optimize_coding = TRUE;
      jpeg_start_compress(&info_, TRUE);
    });
    for (int y = 0; y < image.height(); ++y) {
      auto* row = const_cast<JSAMPLE*>(image.row(y));
      step([&] { jpeg_write_scanlines(&info_, &row, 1); });
    }
    step([&] { jpeg_finish_compress(&info_); });
  }

  std::vector<std::byte> bytes() const {
    const auto* first = reinterpret_cast<const std::byte*>(bytes_);
    return {first, first + size_};
  }

 private:
  template <typename Callable>
  void step(const Callable& callable) {
    if (setjmp(escape_) != 0) {
      std::array<char, JMSG_LENGTH_MAX> message{};
      error_manager_.format_message(reinterpret_cast<j_common_ptr>(&info_), message.data());
      throw std::runtime_error(message.data());
    }
    callable();
  }

  jpeg_compress_struct info_{};
  jpeg_error_mgr error_manager_{};
  unsigned char* bytes_ = nullptr;  // libjpeg's, by malloc()
  unsigned long size_ = 0;
  std::jmp_buf escape_{};
};

}  // namespace

std::vector<std::byte> encode_jpeg(const RgbImage& image, int quality) {
  JpegCompressor jpeg;
  jpeg.compress(image, quality);
  return jpeg.bytes();
}

}  // namespace vit_embed
