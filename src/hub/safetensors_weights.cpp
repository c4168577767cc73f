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

constexpr std::string_view kPrefix = "vit.";
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

SafetensorsWeights::SafetensorsWeights(const std::filesystem::path& path) : file_(path) {
  for (const auto& [name, entry] : file_.entries()) {
    const std::string bare = name.starts_with(kPrefix) ? name.substr(kPrefix.size()) : name;
    if (entries_.emplace(bare, &entry).second) continue;
    throw FatalError(fmt::format("'{}': tensor '{}' is there with and without 'vit.'", path.native(), bare));
  }
}

bool SafetensorsWeights::has_pooler() const {
  return entries_.contains("pooler.dense.weight") || entries_.contains("pooler.dense.bias");
}

void SafetensorsWeights::check(const std::vector<Parameter>& parameters) const {
  std::vector<std::string> missing, superfluous, misshapen, mistyped;
  std::set<std::string_view> expected;
  for (const Parameter& parameter : parameters) {
    expected.insert(parameter.name);
    const auto found = entries_.find(parameter.name);
    if (found == entries_.end()) {
      missing.push_back(parameter.name);
    } else if (const SafetensorsEntry& entry = *found->second; entry.shape != parameter.shape) {
      misshapen.push_back(fmt::format("{} is {}, not {}", parameter.name, shape_to_string(entry.shape),
                                      shape_to_string(parameter.shape)));
    } else if (!is_float(entry.dtype)) {
      mistyped.push_back(fmt::format("{} is {}", parameter.name, entry.dtype));
    }
  }
  for (const auto& [name, entry] : entries_) {
    if (!expected.contains(name) && !is_unused(name)) superfluous.push_back(name);
  }
  std::string problems;
  append_problems(problems, "missing", missing);
  append_problems(problems, "not a ViT's", superfluous);
  append_problems(problems, "misshapen", misshapen);
  append_problems(problems, "not F32, F16 or BF16", mistyped);
  if (problems.empty()) return;
  throw FatalError(fmt::format("'{}' does not hold the ViT that config.json describes{}",
                               file_.file()->path().native(), problems));
}

Weights SafetensorsWeights::read(const Parameter& parameter) const {
  const SafetensorsEntry& entry = *entries_.at(parameter.name);
  if (entry.dtype == "F16") return convert_halves(entry.bytes, from_float16);
  if (entry.dtype == "BF16") return convert_halves(entry.bytes, bfloat16_to_float);
  const auto address = reinterpret_cast<std::uintptr_t>(entry.bytes.data());
  if (address % alignof(float) != 0) return copy_floats(entry.bytes);
  return {{reinterpret_cast<const float*>(entry.bytes.data()), entry.bytes.size() / sizeof(float)},
          file_.file()};
}

}  // namespace vit_embed
