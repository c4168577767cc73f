#pragma once

#include <filesystem>

#include "formats/model_metadata.h"
#include "hub/weight_source.h"

namespace vit_embed {

/// Writes the TorchScript file of `metadata`'s architecture with vit_embed.json in it: the same bytes from
/// the same arguments. Under `output` it appears whole or not at all. Blocks for the time of writing the
/// weights, which are not copied. Throws FatalError: unwritable output, full disk, and what the source
/// throws.
void write_model_file(const std::filesystem::path& output, const ModelMetadata& metadata,
                      const WeightSource& weights);

}  // namespace vit_embed
