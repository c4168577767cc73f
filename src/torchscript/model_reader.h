#pragma once

#include <torch/csrc/jit/api/module.h>

#include <filesystem>

#include "formats/model_metadata.h"

// Includes Torch: for encoder/torchscript*.cpp and this layer's .cpp files only.

namespace vit_embed {

struct LoadedModel {
  torch::jit::Module module;  ///< in eval mode, on the CPU
  ModelMetadata metadata;
};

/// Loads a model file that `vit-embed export` made, and compares every parameter's name, shape and hash with
/// vit_embed.json: LibTorch 1.13 takes a damaged file without a word. Blocks for the time of reading the
/// weights. Throws FatalError naming the file: missing, no archive, of another origin, damaged.
LoadedModel load_model_file(const std::filesystem::path& path);

/// Loads TorchScript of any origin, in eval mode, on the CPU; that runs no code of the file's yet, its
/// forward does. Blocks for the time of reading the weights. Throws FatalError naming the file and, where
/// there is one, the remedy: missing, no archive, an operator that this LibTorch does not know, weights that
/// are not float32.
torch::jit::Module load_foreign_module(const std::filesystem::path& path);

}  // namespace vit_embed
