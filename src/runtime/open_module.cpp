#include "runtime/open_module.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include "base/error.h"

namespace vit_embed {

void* open_module(const std::filesystem::path& module, const char* entry_point) {
  void* handle = ::dlopen(module.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) throw FatalError(fmt::format("cannot load '{}': {}", module.native(), ::dlerror()));
  return ::dlsym(handle, entry_point);
}

void refuse_other_version(const std::filesystem::path& module) {
  throw FatalError(fmt::format("'{}' belongs to another version of vit-embed than {}", module.native(),
                               VIT_EMBED_VERSION));
}

}  // namespace vit_embed
