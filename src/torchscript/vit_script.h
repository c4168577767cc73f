#pragma once

#include <string>

#include "formats/model_metadata.h"

// The forward of transformers.ViTModel in eval mode (modeling_vit.py, eager attention), one TorchScript
// method for each of its modules, which stand under the Hub checkpoint's names. N images, T tokens, D =
// hidden_size. Written in what LibTorch 1.13 and 2.x both know: no scaled_dot_product_attention.

namespace vit_embed {

/// Of the whole model. pixel_values float32 [N, 3, H, W] -> (last_hidden_state [N, T, D], pooler_output [N,
/// D]), without a pooler (last_hidden_state,).
std::string model_script(const Architecture& architecture);
/// Of `embeddings`: pixel_values -> [N, T, D].
std::string embeddings_script(const Architecture& architecture);
/// Of `encoder`: [N, T, D] -> [N, T, D].
std::string encoder_script(const Architecture& architecture);
/// Of one `encoder.layer.I`: [N, T, D] -> [N, T, D].
std::string encoder_layer_script(const Architecture& architecture);

}  // namespace vit_embed
