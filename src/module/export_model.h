#pragma once

#include "base/log.h"
#include "module/torch_module.h"
#include "runtime/runtime.h"

namespace vit_embed {

/// Runtime::export_model().
ModelMetadata export_model(const ExportOptions& options, TorchModule& torch, const LogSink& log);

}  // namespace vit_embed
