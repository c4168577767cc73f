#pragma once

#include <string>

#include "formats/model_metadata.h"

namespace vit_embed {

/// What a run has to know of a model, whoever made its file.
struct ModelDescription {
  std::string source;          ///< what was exported, for people; the file itself where it is foreign
  std::string revision;        ///< commit of the source, "" where there is none
  std::string weights_sha256;  ///< of the weights; of the whole file where it is foreign
  bool random_weights = false;
  bool foreign = false;  ///< TorchScript of another origin than `vit-embed export`
  Preprocessing preprocessing;
  int hidden_size = 0;  ///< D
  int num_tokens = 0;   ///< T, [CLS] included
  bool pooler = false;  ///< whether there is a pooler_output

  bool operator==(const ModelDescription&) const = default;
};

inline ModelDescription describe(const ModelMetadata& m) {
  return {m.source,
          m.revision,
          m.weights_sha256,
          m.random_weights,
          /*foreign=*/false,
          m.preprocessing,
          m.architecture.hidden_size,
          m.architecture.num_tokens(),
          m.architecture.pooler};
}

}  // namespace vit_embed
