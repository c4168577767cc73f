#pragma once

#include "base/log.h"
#include "runtime/runtime.h"

namespace vit_embed {

/// Runtime::export_model().
ModelMetadata export_model(const ExportOptions& options, const LogSink& log);

}  // namespace vit_embed
