#include "image/png_decode.h"

#include <fmt/format.h>
#include <png.h>

#include <array>
#include <csetjmp>
#include <cstdint>
#include <exception>
#include <new>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "image/codec_message.h"
#include "image/decode_failure.h"
#include "image/image_size_limit.h"
#include "image/metadata_orientation.h"

namespace vit_embed {
namespace {

// The largest text or EXIF chunk that is looked at, unpacked, and how many: an orientation stands in less.
constexpr png_alloc_size_t kLargestMetadata = std::size_t{1} << 20;
constexpr png_uint_32 kMostMetadata = 64;

// libpng's push reader. It is given the whole at once and calls back for the header and for every row, so
// that what it could read of a damaged file is known. Its errors, and ours within a callback, leave it by
// longjmp, which may skip no destructor: what is called under setjmp owns nothing.
class PngReader {
 public:
  explicit PngReader(const DecodeOptions& options) : options_(options) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning);
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
    if (info_ == nullptr) {
      png_destroy_read_struct(&png_, nullptr, nullptr);
      throw std::bad_alloc();
    }
  }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }

  StoredImage read(std::span<const std::byte> encoded) {
    push(encoded);
    if (!has_all_rows_) {
      if (size_problem_) std::rethrow_exception(size_problem_);
      if (!message_.text().empty()) fail(fmt::format("corrupt PNG: {}", message_.text()));
      if (!options_.allow_truncated || num_rows_ == 0) fail_truncated("PNG");
    }
    stored_.orientation = orientation();
    return std::move(stored_);
  }

 private:
  static PngReader& self(png_structp png) { return *static_cast<PngReader*>(png_get_progressive_ptr(png)); }

  [[noreturn]] static void on_error(png_structp png, png_const_charp message) {
    static_cast<PngReader*>(png_get_error_ptr(png))->message_.set(message);
    png_longjmp(png, 1);
  }
  static void on_warning(png_structp, png_const_charp) {}

  /// All but those that can hold an orientation: they decide nothing here, and cost time and memory as the
  /// file likes. eXIf is taken as it is, for not every libpng's push reader knows it.
  void ignore_chunks() {
    constexpr std::array<png_byte, 5> kExif{'e', 'X', 'I', 'f', 0};
    constexpr std::array<png_byte, 5 * 14> kIgnored{
        'b', 'K', 'G', 'D', 0,   'c', 'H', 'R', 'M', 0,   'g', 'A', 'M', 'A', 0,   'h', 'I', 'S',
        'T', 0,   'i', 'C', 'C', 'P', 0,   'o', 'F', 'F', 's', 0,   'p', 'C', 'A', 'L', 0,   'p',
        'H', 'Y', 's', 0,   's', 'B', 'I', 'T', 0,   's', 'C', 'A', 'L', 0,   's', 'P', 'L', 'T',
        0,   's', 'R', 'G', 'B', 0,   't', 'I', 'M', 'E', 0,   't', 'R', 'N', 'S', 0};
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, 0);
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, kIgnored.data(), kIgnored.size() / 5);
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_ALWAYS, kExif.data(), 1);
  }

  void set_up() {
    png_set_progressive_read_fn(png_, this, on_header, on_row, nullptr);
    png_set_chunk_malloc_max(png_, kLargestMetadata);
    png_set_chunk_cache_max(png_, kMostMetadata);
    // A size is refused by our own limit, in our own words.
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    ignore_chunks();
  }

  void push(std::span<const std::byte> encoded) {
    if (setjmp(png_jmpbuf(png_)) != 0) return;
    set_up();
    // It takes the bytes through a pointer to what it does not change.
    png_process_data(png_, info_, reinterpret_cast<png_bytep>(const_cast<std::byte*>(encoded.data())),
                     encoded.size());
  }

  static void on_header(png_structp png, png_infop info) {
    if (!self(png).prepare(png, info)) png_longjmp(png, 1);
  }

  /// Asks for packed 8-bit RGB, and makes room for it.
  bool prepare(png_structp png, png_infop info) try {
    const png_uint_32 width = png_get_image_width(png, info);
    const png_uint_32 height = png_get_image_height(png, info);
    check_image_size(width, height, options_);
    const int color_type = png_get_color_type(png, info);
    stored_.was_16_bit_gray = color_type == PNG_COLOR_TYPE_GRAY && png_get_bit_depth(png, info) == 16;
    png_set_expand(png);
    png_set_strip_16(png);
    png_set_strip_alpha(png);
    png_set_gray_to_rgb(png);
    num_passes_ = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    stored_.image = RgbImage::black(static_cast<int>(width), static_cast<int>(height));
    return true;
  } catch (...) {
    size_problem_ = std::current_exception();
    return false;
  }

  static void on_row(png_structp png, png_bytep row, png_uint_32 y, int pass) {
    self(png).take_row(png, row, y, pass);
  }

  void take_row(png_structp png, png_const_bytep row, png_uint_32 y, int pass) {
    RgbImage& image = stored_.image;
    if (row != nullptr) png_progressive_combine_row(png, image.row(static_cast<int>(y)), row);
    ++num_rows_;
    has_all_rows_ = pass + 1 == num_passes_ && y + 1 == static_cast<png_uint_32>(image.height());
  }

  int orientation() const;

  const DecodeOptions& options_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  StoredImage stored_;
  std::exception_ptr size_problem_;
  CodecMessage message_;
  int num_passes_ = 1;
  std::int64_t num_rows_ = 0;
  bool has_all_rows_ = false;
};

// What ImageMagick makes of EXIF: a text of "\nexif\n", the length, and the bytes as hexadecimal digits in
// lines.
std::vector<std::byte> exif_of_raw_profile(std::string_view text) {
  for (int line = 0; line < 3; ++line) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  std::vector<std::byte> bytes;
  unsigned digits = 1;  // the digit before, behind a 1 that tells that there is one
  for (const char c : text) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const std::size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) continue;
    digits = digits << 4 | static_cast<unsigned>(digit);
    if (digits < 0x100) continue;
    bytes.push_back(static_cast<std::byte>(digits & 0xFF));
    digits = 1;
  }
  return bytes;
}

int PngReader::orientation() const {
  std::vector<std::byte> raw_profile;
  std::span<const std::byte> exif;
  std::span<const std::byte> xmp;
  png_textp texts = nullptr;
  const int num_texts = png_get_text(png_, info_, &texts, nullptr);
  for (const png_text& text : std::span(texts, static_cast<std::size_t>(num_texts))) {
    const std::size_t length =
        text.compression >= PNG_ITXT_COMPRESSION_NONE ? text.itxt_length : text.text_length;
    const std::string_view key = text.key;
    if (key == "XML:com.adobe.xmp") xmp = std::as_bytes(std::span(text.text, length));
    if (key == "Raw profile type exif") raw_profile = exif_of_raw_profile({text.text, length});
  }
  png_unknown_chunkp chunks = nullptr;
  const int num_chunks = png_get_unknown_chunks(png_, info_, &chunks);
  for (const png_unknown_chunk& chunk : std::span(chunks, static_cast<std::size_t>(num_chunks))) {
    exif = std::as_bytes(std::span(chunk.data, chunk.size));
  }
  return metadata_orientation(exif.empty() ? std::span<const std::byte>(raw_profile) : exif, xmp);
}

}  // namespace

StoredImage decode_png(std::span<const std::byte> encoded, const DecodeOptions& options) {
  return PngReader(options).read(encoded);
}

}  // namespace vit_embed
