#pragma once

#include <filesystem>

#include "formats/model_metadata.h"

namespace vit_embed {

/// A Hub repository's config.json; an absent key takes transformers.ViTConfig's default. `pooler` comes out
/// true: only the weights tell. Throws FatalError naming the file: a model_type other than "vit", an
/// architecture other than ViTModel and ViTForImageClassification, an ill-typed field, numbers that are no
/// ViT's.
Architecture read_model_config(const std::filesystem::path& config_json);

}  // namespace vit_embed
