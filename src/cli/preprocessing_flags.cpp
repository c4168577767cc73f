#include "cli/preprocessing_flags.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace vit_embed {
namespace {

constexpr int kLargestSide = 8192;

std::vector<double> numbers_of(std::string_view text) {
  std::vector<double> numbers;
  while (true) {
    const std::string_view part = text.substr(0, text.find(','));
    double number = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
    if (error != std::errc{} || end != part.data() + part.size() || !std::isfinite(number)) return {};
    numbers.push_back(number);
    if (part.size() == text.size()) return numbers;
    text.remove_prefix(part.size() + 1);
  }
}

/// A number for each of red, green and blue, or one for all of them.
std::optional<std::array<double, 3>> channels_of_flag(const char* flag, const std::string& text,
                                                      bool positive) {
  if (text.empty()) return std::nullopt;
  std::vector<double> numbers = numbers_of(text);
  if (numbers.size() == 1) numbers.assign(3, numbers[0]);
  if (numbers.size() != 3 || (positive && std::ranges::any_of(numbers, [](double x) { return x <= 0; }))) {
    throw UsageError(
        fmt::format("{} '{}': a number{}, or three with commas", flag, text, positive ? " above zero" : ""));
  }
  return std::array{numbers[0], numbers[1], numbers[2]};
}

}  // namespace

std::optional<ImageSize> image_size_of_flag(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const std::optional<ImageSize> size = image_size_from_string(text);
  if (size && size->height <= kLargestSide && size->width <= kLargestSide) return size;
  throw UsageError(fmt::format("--image-size '{}': N or HEIGHTxWIDTH, up to {} pixels", text, kLargestSide));
}

void add_preprocessing_flags(CLI::App& command, PreprocessingFlags& flags) {
  constexpr const char* kGroup = "TorchScript that vit-embed export did not make";
  command.add_option("--image-size", flags.image_size, "Resize images to N or HEIGHTxWIDTH; 224 unless told")
      ->type_name("SIZE")
      ->group(kGroup);
  command.add_option("--mean", flags.mean, "Mean of the pixels, one or R,G,B; 0.5 unless told")
      ->type_name("MEAN")
      ->group(kGroup);
  command.add_option("--std", flags.std, "Their standard deviation, one or R,G,B; 0.5 unless told")
      ->type_name("STD")
      ->group(kGroup);
  command.add_option("--resample", flags.resample, "Pillow's filter; bilinear unless told")
      ->check(CLI::IsMember({"nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"}))
      ->group(kGroup);
  command.add_option("--processor", flags.processor, "Take all this from a preprocessor_config.json")
      ->type_name("FILE")
      ->group(kGroup);
}

PreprocessingOptions make_preprocessing_options(const PreprocessingFlags& flags) {
  PreprocessingOptions options;
  options.processor_config = flags.processor;
  options.image_size = image_size_of_flag(flags.image_size);
  options.resample = resample_from_string(flags.resample);
  options.image_mean = channels_of_flag("--mean", flags.mean, /*positive=*/false);
  options.image_std = channels_of_flag("--std", flags.std, /*positive=*/true);
  return options;
}

}  // namespace vit_embed
