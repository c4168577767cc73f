#include "module/torch_module.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "runtime/open_module.h"

namespace vit_embed {
namespace {

constexpr const char* kModuleName = "vit-embed-torch.so";

/// The file that this code was loaded from.
std::filesystem::path own_file() {
  Dl_info info{};
  if (::dladdr(reinterpret_cast<const void*>(&own_file), &info) == 0 || info.dli_fname == nullptr) return {};
  return info.dli_fname;
}

std::filesystem::path find_module() {
  std::filesystem::path path = own_file().replace_filename(kModuleName);
  if (is_present(path)) return path;
  throw FatalError(fmt::format(
      "'{}' is missing: export and the TorchScript engine, which runs models of other origin, need it",
      path.native()));
}

}  // namespace

TorchBackend& TorchModule::open() {
  if (backend_) return *backend_;
  const std::filesystem::path path = find_module();
  auto* create = reinterpret_cast<CreateTorch*>(open_module(path, kCreateTorchSymbol));
  backend_.reset(create == nullptr ? nullptr : create(VIT_EMBED_VERSION));
  if (!backend_) refuse_other_version(path);
  return *backend_;
}

TorchBackend& TorchModule::open_for_forward(const LogSink& log) {
  TorchBackend& backend = open();
  const auto blas = backend.find_loaded_blas();
  if (blas && !blas->warning.empty()) log(LogLevel::warning, blas->warning);
  return backend;
}

}  // namespace vit_embed
