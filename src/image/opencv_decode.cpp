#include "image/opencv_decode.h"

#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>

#include "base/error.h"
#include "image/image_format.h"

namespace vit_embed {
namespace {

// OpenCV writes to stderr what an InputError says better. One setting for the process is all that it has.
void silence_opencv() {
  [[maybe_unused]] static const auto previous =
      cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
}

// Not cvtColor(), which starts OpenCV's own threads beside the caller's.
RgbImage rgb_from_bgr(const cv::Mat& bgr) {
  RgbImage image(bgr.cols, bgr.rows);
  for (int y = 0; y < bgr.rows; ++y) {
    const std::uint8_t* from = bgr.ptr(y);
    std::uint8_t* to = image.row(y);
    for (int x = 0; x < bgr.cols; ++x, from += RgbImage::kChannels, to += RgbImage::kChannels) {
      to[0] = from[2];
      to[1] = from[1];
      to[2] = from[0];
    }
  }
  return image;
}

}  // namespace

RgbImage decode_with_opencv(std::span<const std::byte> encoded) {
  silence_opencv();
  if (encoded.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    throw InputError(FailureKind::permanent, "more than 2 GiB of encoded data");
  }
  // imdecode() reads through a Mat, which has no const form.
  const cv::Mat input(1, static_cast<int>(encoded.size()), CV_8UC1, const_cast<std::byte*>(encoded.data()));
  cv::Mat bgr;
  try {
    bgr = cv::imdecode(input, cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION);
  } catch (const cv::Exception& error) {
    throw InputError(FailureKind::permanent, fmt::format("cannot be decoded: {}", error.err));
  }
  if (bgr.empty()) throw InputError(FailureKind::permanent, "corrupt, truncated or unsupported image data");
  check_image_size(bgr.cols, bgr.rows);
  return rgb_from_bgr(bgr);
}

}  // namespace vit_embed
