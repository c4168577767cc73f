#include <string_view>

#include "module/composed_runtime.h"
#include "runtime/runtime.h"

extern "C" __attribute__((visibility("default"))) vit_embed::Runtime* vit_embed_create_runtime(
    const char* version, const vit_embed::LogSink* log) {
  if (std::string_view(version) != VIT_EMBED_VERSION) return nullptr;
  return vit_embed::make_composed_runtime(*log).release();
}
