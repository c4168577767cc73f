#include "image/gif_decode.h"

#include <fmt/format.h>
#include <gif_lib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "image/decode_failure.h"
#include "image/image_size_limit.h"

namespace vit_embed {
namespace {

constexpr std::size_t kColors = 256;
using Color = std::array<std::uint8_t, RgbImage::kChannels>;
using Palette = std::array<Color, kColors>;

// giflib's reader over bytes in memory.
class GifReader {
 public:
  explicit GifReader(std::span<const std::byte> encoded) : rest_(encoded) {
    int error = 0;
    gif_.reset(DGifOpen(this, read, &error));
    if (!gif_) fail(error);
  }
  GifReader(const GifReader&) = delete;
  GifReader& operator=(const GifReader&) = delete;

  const GifFileType& file() const { return *gif_; }
  const GifImageDesc& frame() const { return gif_->Image; }
  int transparent_index() const { return transparent_index_; }

  /// Goes to the first frame, past what stands before it.
  void find_first_frame() {
    GifRecordType type = UNDEFINED_RECORD_TYPE;
    do {
      require(DGifGetRecordType(gif_.get(), &type));
      if (type == TERMINATE_RECORD_TYPE) {
        vit_embed::fail("GIF without an image");
      }
      if (type == EXTENSION_RECORD_TYPE) read_extension();
    } while (type != IMAGE_DESC_RECORD_TYPE);
    require(DGifGetImageDesc(gif_.get()));
  }

  /// Palette indices of the frame's next row as stored. False where the data end before it does.
  bool read_row(std::span<GifPixelType> indices) {
    if (DGifGetLine(gif_.get(), indices.data(), static_cast<int>(indices.size())) == GIF_OK) return true;
    if (!ran_out_) fail(gif_->Error);
    return false;
  }

 private:
  struct Close {
    void operator()(GifFileType* gif) const { DGifCloseFile(gif, nullptr); }
  };

  static int read(GifFileType* gif, GifByteType* to, int count) {
    auto& self = *static_cast<GifReader*>(gif->UserData);
    const std::size_t given = std::min(static_cast<std::size_t>(count), self.rest_.size());
    std::memcpy(to, self.rest_.data(), given);
    self.rest_ = self.rest_.subspan(given);
    if (given == static_cast<std::size_t>(count)) return count;
    self.ran_out_ = true;
    if (count != 1) return static_cast<int>(given);
    // The length of the next block: that of an empty one ends the frame, as Pillow takes a file that ends
    // behind its last pixel.
    *to = 0;
    return 1;
  }

  void read_extension() {
    int code = 0;
    GifByteType* block = nullptr;
    require(DGifGetExtension(gif_.get(), &code, &block));
    GraphicsControlBlock control;
    if (code == GRAPHICS_EXT_FUNC_CODE && block != nullptr &&
        DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK) {
      transparent_index_ = control.TransparentColor;
    }
    while (block != nullptr) require(DGifGetExtensionNext(gif_.get(), &block));
  }

  void require(int status) const {
    if (status != GIF_OK) fail(gif_->Error);
    if (ran_out_) fail_truncated("GIF");
  }

  [[noreturn]] void fail(int error) const {
    if (ran_out_) fail_truncated("GIF");
    const char* message = GifErrorString(error);
    vit_embed::fail(fmt::format("corrupt GIF: {}", message ? message : "unknown"));
  }

  std::span<const std::byte> rest_;
  bool ran_out_ = false;
  int transparent_index_ = NO_TRANSPARENT_COLOR;
  std::unique_ptr<GifFileType, Close> gif_;
};

Palette palette_of(const GifReader& gif) {
  Palette palette{};
  const ColorMapObject* map = gif.frame().ColorMap ? gif.frame().ColorMap : gif.file().SColorMap;
  for (std::size_t i = 0; i < kColors; ++i) {
    if (map == nullptr) {  // Pillow takes the indices for gray
      palette[i].fill(static_cast<std::uint8_t>(i));
    } else if (i < static_cast<std::size_t>(map->ColorCount)) {
      palette[i] = {map->Colors[i].Red, map->Colors[i].Green, map->Colors[i].Blue};
    }
  }
  return palette;
}

/// The frame's rows from top to bottom in the order in which they are stored (GIF 89a, appendix E).
std::vector<int> stored_row_order(const GifImageDesc& frame) {
  std::vector<int> rows;
  const auto add = [&](int first, int step) {
    for (int y = first; y < frame.Height; y += step) rows.push_back(y);
  };
  if (frame.Interlace) {
    add(0, 8);
    add(4, 8);
    add(2, 4);
    add(1, 2);
  } else {
    add(0, 1);
  }
  return rows;
}

void paint(RgbImage& image, const Color& color) {
  for (std::uint8_t* pixel = image.data(); pixel != image.data() + image.size(); pixel += color.size()) {
    std::ranges::copy(color, pixel);
  }
}

void read_frame(GifReader& gif, const Palette& palette, bool allow_truncated, RgbImage& image) {
  const GifImageDesc& frame = gif.frame();
  std::vector<GifPixelType> indices(static_cast<std::size_t>(frame.Width));
  bool is_first = true;
  for (const int y : stored_row_order(frame)) {
    if (!gif.read_row(indices)) {
      if (!allow_truncated || is_first) fail_truncated("GIF");
      return;
    }
    is_first = false;
    std::uint8_t* pixel =
        image.row(frame.Top + y) + static_cast<std::size_t>(frame.Left) * RgbImage::kChannels;
    for (const GifPixelType index : indices) pixel = std::ranges::copy(palette[index], pixel).out;
  }
}

}  // namespace

StoredImage decode_gif(std::span<const std::byte> encoded, const DecodeOptions& options) {
  GifReader gif(encoded);
  gif.find_first_frame();
  const GifImageDesc& frame = gif.frame();
  const int width = std::max(gif.file().SWidth, frame.Left + frame.Width);
  const int height = std::max(gif.file().SHeight, frame.Top + frame.Height);
  check_image_size(static_cast<std::uint64_t>(width), static_cast<std::uint64_t>(height), options);
  check_image_size(static_cast<std::uint64_t>(frame.Width), static_cast<std::uint64_t>(frame.Height),
                   options);

  StoredImage stored{RgbImage(width, height)};
  const Palette palette = palette_of(gif);
  paint(stored.image, palette[static_cast<std::size_t>(std::max(gif.transparent_index(), 0))]);
  read_frame(gif, palette, options.allow_truncated, stored.image);
  return stored;
}

}  // namespace vit_embed
