#include "module/torch_module.h"

#include "module/sibling_module.h"
#include "runtime/open_module.h"

namespace vit_embed {

TorchBackend& TorchModule::open() {
  if (backend_) return *backend_;
  const std::filesystem::path path = find_sibling_module(
      "vit-embed-torch.so", "export and the TorchScript engine, which runs models of other origin, need it");
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
