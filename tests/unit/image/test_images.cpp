#include "test_images.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <span>
#include <stdexcept>

#include "base/error.h"
#include "formats/digest.h"
#include "image/decode.h"
#include "image/opencv_decode.h"

namespace vit_embed::test {

std::filesystem::path data_path(const std::string& relative) {
  return std::filesystem::path(VIT_EMBED_TEST_DATA) / relative;
}

std::vector<std::byte> bytes_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

std::vector<std::byte> read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot open " + path.string());
  return bytes_of(std::string(std::istreambuf_iterator<char>(file), {}));
}

std::vector<std::string> read_lines(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot open " + path.string());
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with('#')) lines.push_back(line);
  }
  return lines;
}

RgbImage read_rgb_png(const std::filesystem::path& path) {
  const cv::Mat bgr = cv::imread(path.string(), cv::IMREAD_COLOR);
  if (bgr.empty()) throw std::runtime_error("cannot read " + path.string());
  RgbImage image(bgr.cols, bgr.rows);
  cv::Mat rgb(bgr.rows, bgr.cols, CV_8UC3, image.data());
  cv::cvtColor(bgr, rgb, cv::COLOR_BGR2RGB);
  return image;
}

std::vector<std::byte> gray_ramp_png_16_bit(int width, int height) {
  cv::Mat ramp(height, width, CV_16UC1);
  for (int i = 0; i < width * height; ++i) {
    ramp.at<std::uint16_t>(i / width, i % width) =
        static_cast<std::uint16_t>(65535L * i / (width * height - 1));
  }
  std::vector<unsigned char> png;
  cv::imencode(".png", ramp, png);
  return bytes_of({reinterpret_cast<const char*>(png.data()), png.size()});
}

std::string pixel_digest(const RgbImage& image) {
  return sha256_hex(std::string_view(reinterpret_cast<const char*>(image.data()), image.size()));
}

int max_difference(const RgbImage& a, const RgbImage& b) {
  if (a.width() != b.width() || a.height() != b.height()) return 256;
  int difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference = std::max(difference, std::abs(a.data()[i] - b.data()[i]));
  return difference;
}

std::string decode_failure(const std::vector<std::byte>& encoded) {
  try {
    ImageDecoder(decode_with_opencv, {}).decode(encoded, {});
  } catch (const InputError& error) {
    return error.kind() == FailureKind::permanent ? error.what() : "transient";
  }
  return "";
}

}  // namespace vit_embed::test
