#include "runtime/runtime.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <array>

#include "base/error.h"

namespace vit_embed {
namespace {

constexpr const char* kModuleName = "vit-embed-runtime.so";

std::filesystem::path find_module() {
  const std::filesystem::path directory = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  const std::array candidates{directory / kModuleName, directory / ".." / "lib" / "vit-embed" / kModuleName};
  for (const std::filesystem::path& candidate : candidates) {
    std::error_code ignored;
    if (std::filesystem::exists(candidate, ignored)) return candidate;
  }
  throw FatalError(fmt::format("{} is missing: looked beside the program and in '{}'", kModuleName,
                               candidates[1].lexically_normal().native()));
}

}  // namespace

std::unique_ptr<Runtime> open_runtime(LogSink log) {
  const std::filesystem::path path = find_module();
  // Never closed: LibTorch's threads and thread-local destructors outlive any moment at which it could be.
  void* module = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr) throw FatalError(fmt::format("cannot load '{}': {}", path.native(), ::dlerror()));
  auto* create = reinterpret_cast<CreateRuntime*>(::dlsym(module, kCreateRuntimeSymbol));
  std::unique_ptr<Runtime> runtime(create == nullptr ? nullptr : create(VIT_EMBED_VERSION, &log));
  if (!runtime) {
    throw FatalError(fmt::format("'{}' belongs to another version of vit-embed than {}", path.native(),
                                 VIT_EMBED_VERSION));
  }
  return runtime;
}

}  // namespace vit_embed
