#include "test_images.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>

#include "base/error.h"
#include "formats/digest.h"
#include "image/decode.h"
#include "support/rgb_png.h"

namespace vit_embed::test {

std::filesystem::path data_path(const std::string& relative) {
  return std::filesystem::path(VIT_EMBED_TEST_DATA) / relative;
}

std::filesystem::path corpus_path(const std::string& name) {
  return std::filesystem::path(VIT_EMBED_CORPUS) / name;
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
  const RgbPng png = vit_embed::read_rgb_png(path);
  RgbImage image(png.width, png.height);
  std::ranges::copy(png.pixels, image.data());
  return image;
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

std::string decode_failure(const std::vector<std::byte>& encoded, const DecodeOptions& options) {
  try {
    ImageDecoder({}).decode(encoded, options);
  } catch (const InputError& error) {
    return error.kind() == FailureKind::permanent ? error.what() : "transient";
  }
  return "";
}

}  // namespace vit_embed::test
