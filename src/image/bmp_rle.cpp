#include "image/bmp_rle.h"

#include <algorithm>
#include <utility>

namespace vit_embed {
namespace {

constexpr std::size_t kLongestRun = 255;

class BmpRleReader {
 public:
  BmpRleReader(std::span<const std::byte> bmp, std::size_t pixels_at, const BmpRleLayout& layout)
      : data_(bmp.subspan(std::min(pixels_at, bmp.size()))),
        starts_at_odd_byte_(pixels_at % 2 != 0),
        is_rle4_(layout.bits == 4),
        width_(layout.width),
        num_pixels_(std::size_t{layout.width} * layout.height) {}

  std::vector<std::uint8_t> read() {
    indices_.reserve(num_pixels_ + kLongestRun);  // the last one may reach beyond the image
    while (indices_.size() < num_pixels_ && at_ + 2 <= data_.size()) {
      const auto count = std::to_integer<std::size_t>(data_[at_]);
      const auto value = std::to_integer<unsigned>(data_[at_ + 1]);
      at_ += 2;
      if (count > 0) {
        add_run(count, value);
      } else if (value == 0) {
        add_zeros((width_ - indices_.size() % width_) % width_);
        x_ = 0;
      } else if (value == 1 || !(value == 2 ? skip() : add_literally(value))) {
        break;
      }
    }
    indices_.resize(std::min(indices_.size(), num_pixels_));
    return std::move(indices_);
  }

 private:
  void add_run(std::size_t count, unsigned value) {
    count = std::min(count, width_ - std::min(x_, width_));
    for (std::size_t i = 0; i < count; ++i) {
      indices_.push_back(static_cast<std::uint8_t>(!is_rle4_    ? value
                                                   : i % 2 == 0 ? value >> 4
                                                                : value & 0xF));
    }
    x_ += count;
  }

  void add_zeros(std::size_t count) { indices_.resize(std::min(indices_.size() + count, num_pixels_)); }

  bool skip() {
    if (at_ + 2 > data_.size()) return false;
    add_zeros(std::to_integer<std::size_t>(data_[at_]) +
              std::to_integer<std::size_t>(data_[at_ + 1]) * width_);
    at_ += 2;
    x_ = indices_.size() % width_;
    return true;
  }

  bool add_literally(std::size_t count) {
    const std::size_t size = is_rle4_ ? count / 2 : count;
    if (size > data_.size() - at_) return false;
    for (const std::byte byte : data_.subspan(at_, size)) {
      const auto value = std::to_integer<unsigned>(byte);
      if (is_rle4_) indices_.push_back(static_cast<std::uint8_t>(value >> 4));
      indices_.push_back(static_cast<std::uint8_t>(is_rle4_ ? value & 0xF : value));
    }
    at_ += size;
    x_ += count;
    at_ += (at_ + starts_at_odd_byte_) % 2;  // the next word of the file
    at_ = std::min(at_, data_.size());
    return true;
  }

  std::span<const std::byte> data_;
  bool starts_at_odd_byte_;
  bool is_rle4_;
  std::size_t width_;
  std::size_t num_pixels_;
  std::size_t at_ = 0;
  std::size_t x_ = 0;
  std::vector<std::uint8_t> indices_;
};

}  // namespace

std::vector<std::uint8_t> read_bmp_rle(std::span<const std::byte> bmp, std::size_t pixels_at,
                                       const BmpRleLayout& layout) {
  return BmpRleReader(bmp, pixels_at, layout).read();
}

}  // namespace vit_embed
