#pragma once

#include <filesystem>

#include "formats/model_metadata.h"

namespace vit_embed {

/// A Hub repository's preprocessor_config.json, of today's form or the old one (`size` an integer, no
/// `do_rescale`); an absent key takes transformers.ViTImageProcessor's default. do_rescale false comes out as
/// a factor of 1, do_normalize false as mean 0 and std 1. Throws FatalError naming the file and what cannot
/// be honoured: no resize, a size that follows the image's edges, a crop, an unknown filter, a std of
/// zero.
Preprocessing read_processor_config(const std::filesystem::path& preprocessor_config_json);

}  // namespace vit_embed
