#pragma once

#include <memory>

#include "base/log.h"
#include "encoder/torch_backend.h"

namespace vit_embed {

/// The module that links LibTorch, loaded when it is first needed. One call at a time.
class TorchModule {
 public:
  /// Looks for vit-embed-torch.so beside the module or the program that this code stands in. Throws
  /// FatalError where it is missing or of another build. Blocks for the dynamic loader's 0.6 s, the first
  /// time.
  TorchBackend& open();

  /// The same for a forward: warns where that will be slow for the BLAS that LibTorch found.
  TorchBackend& open_for_forward(const LogSink& log);

  /// Null until open() has given it.
  const TorchBackend* opened() const { return backend_.get(); }

 private:
  std::unique_ptr<TorchBackend> backend_;
};

}  // namespace vit_embed
