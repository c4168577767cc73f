#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "hub/safetensors.h"
#include "hub/weight_source.h"

namespace vit_embed {

/// A checkpoint of ViTModel or, its names behind "vit.", of ViTForImageClassification, in one file or in
/// several, under the names of any Transformers (vit/parameters.h). float32 is handed out where it is mapped;
/// float16 and bfloat16 are converted.
class SafetensorsWeights : public WeightSource {
 public:
  /// Opens all of `paths`. Throws FatalError naming the file, or the tensor that is there twice.
  explicit SafetensorsWeights(const std::vector<std::filesystem::path>& paths);

  bool has_pooler() const;
  /// Throws one FatalError with every tensor that is missing, superfluous, misshapen or of a type that is no
  /// float32, float16 or bfloat16. What inference does not use, a classifier and a mask token, is not
  /// superfluous.
  void check(const std::vector<Parameter>& parameters) const;

  Weights read(const Parameter& parameter) const override;

 private:
  struct Tensor {
    const SafetensorsEntry* entry;
    std::shared_ptr<const MappedFile> file;  ///< keeps the entry's bytes
  };

  std::vector<SafetensorsFile> files_;
  std::map<std::string, Tensor> tensors_;  // by checkpoint_name()
};

}  // namespace vit_embed
