#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formats/model_metadata.h"

namespace vit_embed {

/// What a parameter is to the network; random weights are drawn by it.
enum class ParameterRole { weight, bias, norm_weight, embedding };

struct Parameter {
  std::string name;  ///< the Hub checkpoint's (Transformers 4), without a "vit." prefix
  std::vector<std::int64_t> shape;
  ParameterRole role;

  std::int64_t num_elements() const;
};

/// Every parameter of a ViTModel, in the order of its layers; without pooler.dense.* where there is no
/// pooler, and without the query, key and value biases where there is no qkv_bias. For a valid architecture.
std::vector<Parameter> vit_parameters(const Architecture& architecture);

/// Throws FatalError, which does not name the file, where the architecture is none or where the tensors of
/// `metadata` are not its parameters.
void validate_tensor_table(const ModelMetadata& metadata);

/// The Hub checkpoint's name of a tensor, as in Parameter, from that or from the name it has in a module of
/// Transformers 5 ("layers.0.attention.q_proj.weight"), with or without "vit." before it. Other names come
/// out as they are.
std::string checkpoint_name(std::string_view name);

/// "embeddings.cls_token [1, 1, 1024]"'s second part: "[1, 1, 1024]".
std::string shape_to_string(const std::vector<std::int64_t>& shape);

}  // namespace vit_embed
