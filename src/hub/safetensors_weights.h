#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "hub/safetensors.h"
#include "hub/weight_source.h"

namespace vit_embed {

/// A checkpoint of ViTModel or, its names behind "vit.", of ViTForImageClassification. float32 is handed out
/// where it is mapped; float16 and bfloat16 are converted.
class SafetensorsWeights : public WeightSource {
 public:
  /// Throws FatalError naming the file.
  explicit SafetensorsWeights(const std::filesystem::path& path);

  bool has_pooler() const;
  /// Throws one FatalError with every tensor that is missing, superfluous, misshapen or of a type that is no
  /// float32, float16 or bfloat16. What inference does not use, a classifier and a mask token, is not
  /// superfluous.
  void check(const std::vector<Parameter>& parameters) const;

  Weights read(const Parameter& parameter) const override;

 private:
  SafetensorsFile file_;
  std::map<std::string, const SafetensorsEntry*> entries_;  // by name without "vit."
};

}  // namespace vit_embed
