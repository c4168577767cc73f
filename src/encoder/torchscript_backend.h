#pragma once

#include <memory>

#include "encoder/torch_backend.h"

namespace vit_embed {

/// The backend out of this folder's and torchscript/'s functions.
std::unique_ptr<TorchBackend> make_torchscript_backend();

}  // namespace vit_embed
