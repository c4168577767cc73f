#include "hub/safetensors_weights.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <set>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "formats/float16.h"

namespace vit_embed {
namespace {

constexpr std::size_t kMostProblems = 10;  // of each kind, in one message

bool is_unused(std::string_view name) {
  return name.starts_with("classifier.") || name == "embeddings.mask_token";
}

bool is_float(const std::string& dtype) {
  return dtype == "F32" || dtype == "F16" || dtype == "BF16";
}

void append_problems(std::string& message, std::string_view kind, const std::vector<std::string>& problems) {
  if (problems.empty()) return;
  const auto shown = std::min(problems.size(), kMostProblems);
  message += fmt::format("; {}: {}", kind, fmt::join(problems.begin(), problems.begin() + shown, ", "));
  if (problems.size() > shown) message += fmt::format(" and {} more", problems.size() - shown);
}

/// `count` values of 16 bits each, from bytes of any alignment.
template <class Convert>
Weights convert_halves(std::span<const std::byte> bytes, Convert convert) {
  const auto values = std::make_shared<std::vector<float>>(bytes.size() / sizeof(std::uint16_t));
  for (std::size_t i = 0; i < values->size(); ++i) {
    std::uint16_t half = 0;
    std::memcpy(&half, bytes.data() + i * sizeof half, sizeof half);
    (*values)[i] = convert(half);
  }
  return {*values, values};
}

float bfloat16_to_float(std::uint16_t half) {
  return std::bit_cast<float>(std::uint32_t{half} << 16);
}

Weights copy_floats(std::span<const std::byte> bytes) {
  const auto values = std::make_shared<std::vector<float>>(bytes.size() / sizeof(float));
  std::memcpy(values->data(), bytes.data(), bytes.size());
  return {*values, values};
}

}  // namespace

SafetensorsWeights::SafetensorsWeights(const std::vector<std::filesystem::path>& paths) {
  files_.reserve(paths.size());  // the entries below are pointed to
  for (const std::filesystem::path& path : paths) {
    const SafetensorsFile& file = files_.emplace_back(path);
    for (const auto& [name, entry] : file.entries()) {
      if (tensors_.emplace(checkpoint_name(name), Tensor{&entry, file.file()}).second) continue;
      throw FatalError(fmt::format("'{}': tensor '{}' is there twice, or under two of its names",
                                   path.native(), checkpoint_name(name)));
    }
  }
}

bool SafetensorsWeights::has_pooler() const {
  return tensors_.contains("pooler.dense.weight") || tensors_.contains("pooler.dense.bias");
}

void SafetensorsWeights::check(const std::vector<Parameter>& parameters) const {
  std::vector<std::string> missing, superfluous, misshapen, mistyped;
  std::set<std::string_view> expected;
  for (const Parameter& parameter : parameters) {
    expected.insert(parameter.name);
    const auto found = tensors_.find(parameter.name);
    if (found == tensors_.end()) {
      missing.push_back(parameter.name);
    } else if (const SafetensorsEntry& entry = *found->second.entry; entry.shape != parameter.shape) {
      misshapen.push_back(fmt::format("{} is {}, not {}", parameter.name, shape_to_string(entry.shape),
                                      shape_to_string(parameter.shape)));
    } else if (!is_float(entry.dtype)) {
      mistyped.push_back(fmt::format("{} is {}", parameter.name, entry.dtype));
    }
  }
  for (const auto& [name, tensor] : tensors_) {
    if (!expected.contains(name) && !is_unused(name)) superfluous.push_back(name);
  }
  std::string problems;
  append_problems(problems, "missing", missing);
  append_problems(problems, "not a ViT's", superfluous);
  append_problems(problems, "misshapen", misshapen);
  append_problems(problems, "not F32, F16 or BF16", mistyped);
  if (problems.empty()) return;
  throw FatalError(fmt::format("'{}' does not hold the ViT that config.json describes{}",
                               files_.front().file()->path().native(), problems));
}

Weights SafetensorsWeights::read(const Parameter& parameter) const {
  const auto& [found, file] = tensors_.at(parameter.name);
  const SafetensorsEntry& entry = *found;
  if (entry.dtype == "F16") return convert_halves(entry.bytes, from_float16);
  if (entry.dtype == "BF16") return convert_halves(entry.bytes, bfloat16_to_float);
  const auto address = reinterpret_cast<std::uintptr_t>(entry.bytes.data());
  if (address % alignof(float) != 0) return copy_floats(entry.bytes);
  return {{reinterpret_cast<const float*>(entry.bytes.data()), entry.bytes.size() / sizeof(float)}, file};
}

}  // namespace vit_embed
