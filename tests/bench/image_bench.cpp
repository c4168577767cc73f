// Median milliseconds an image, one thread, of decoding and of the resize to 224x224; a table for every file
// given. Compare with pillow_bench.py, run in turn with this.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "image/decode.h"
#include "image/resize.h"

namespace {

using vit_embed::RgbImage;

constexpr int kSize = 224;

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot open " + path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

template <typename Callable>
double milliseconds_of(const Callable& callable) {
  const auto start = std::chrono::steady_clock::now();
  callable();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

struct Timings {
  std::string path;
  std::string encoded;
  RgbImage image;
  std::vector<double> decode;
  std::vector<double> bilinear;
  std::vector<double> bicubic;
};

void time_once(const vit_embed::ImageDecoder& decoder, Timings& timings) {
  timings.decode.push_back(milliseconds_of(
      [&] { timings.image = decoder.decode(std::as_bytes(std::span(timings.encoded)), {}); }));
  const auto time_resize = [&](vit_embed::Resample filter) {
    return milliseconds_of([&] { vit_embed::resize(timings.image, kSize, kSize, filter); });
  };
  timings.bilinear.push_back(time_resize(vit_embed::Resample::bilinear));
  timings.bicubic.push_back(time_resize(vit_embed::Resample::bicubic));
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 3) {
    fmt::print(stderr, "usage: image_bench REPEATS FILE...\n");
    return 2;
  }
  const int repeats = std::max(1, std::atoi(argv[1]));
  const vit_embed::ImageDecoder decoder({});
  std::vector<Timings> all;
  for (const char* path : std::span(argv + 2, static_cast<std::size_t>(argc - 2))) {
    all.push_back(
        {.path = path, .encoded = read_file(path), .image = {}, .decode = {}, .bilinear = {}, .bicubic = {}});
  }
  for (int repeat = 0; repeat < repeats; ++repeat) {
    for (Timings& timings : all) time_once(decoder, timings);
  }
  fmt::print("decode_ms\tbilinear_ms\tbicubic_ms\tsize\tfile\n");
  for (Timings& timings : all) {
    fmt::print("{:.4f}\t{:.4f}\t{:.4f}\t{}x{}\t{}\n", median(timings.decode), median(timings.bilinear),
               median(timings.bicubic), timings.image.width(), timings.image.height(), timings.path);
  }
  return 0;
} catch (const std::exception& error) {
  fmt::print(stderr, "image_bench: {}\n", error.what());
  return 1;
}
