#pragma once

#include <memory>

#include "base/log.h"
#include "runtime/runtime.h"

namespace vit_embed {

/// The runtime out of the layers behind the boundary. Messages go to `log`, which is copied.
std::unique_ptr<Runtime> make_composed_runtime(LogSink log);

}  // namespace vit_embed
