#pragma once

#include <optional>
#include <vector>

#include "encoder/native_product.h"
#include "encoder/native_weights.h"
#include "formats/model_metadata.h"

namespace vit_embed {

struct LayerNorm {
  std::vector<float> weight, bias;  ///< [D]
};

/// D = hidden_size, F = intermediate_size.
struct PackedLayer {
  LayerNorm before, after;
  Linear query;             ///< [D, D] into rows of 3 D
  Linear key_value;         ///< [2 D, D] into rows of 3 D
  Linear attention_output;  ///< [D, D], adds to its y
  Linear intermediate;      ///< [F, D]
  Linear output;            ///< [D, F], adds to its y
};

/// A ViT as the native engine runs it: every linear layer packed for its products, in the precision that was
/// asked for, but for the first (patches) and the last (pooler), which are fp32 in any.
struct PackedModel {
  Architecture architecture;
  Precision precision = Precision::fp32;
  std::vector<float> tokens;  ///< [T, D]: [CLS] and, for each patch, nothing; position embeddings added
  Linear patch_projection;    ///< [D, 3 P P], adds to its y
  std::vector<PackedLayer> layers;
  LayerNorm norm;
  std::optional<Linear> pooler;  ///< [D, D]
};

/// Reads and packs every parameter on `num_threads` threads, one layer's matrix in each at a time, so that
/// little more than the packed model is held. Throws what `weights` throws.
PackedModel pack_model(const Architecture& architecture, Precision precision, const NativeWeights& weights,
                       int num_threads);

}  // namespace vit_embed
