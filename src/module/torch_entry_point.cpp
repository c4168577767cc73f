#include <string_view>

#include "encoder/torchscript_backend.h"

extern "C" __attribute__((visibility("default"))) vit_embed::TorchBackend* vit_embed_create_torch(
    const char* version) {
  if (std::string_view(version) != VIT_EMBED_VERSION) return nullptr;
  return vit_embed::make_torchscript_backend().release();
}
