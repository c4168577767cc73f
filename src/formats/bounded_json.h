#pragma once

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace vit_embed {

/// Nothing that we read is nested deeper. A file of brackets alone would take some sixty times its size in
/// memory, and the stack of whatever walks it.
inline constexpr int kDeepestJson = 64;

/// The callback that nlohmann::json::parse() is to be given for a file of a stranger. Throws FatalError,
/// naming no file, where its values are nested too deep.
inline bool refuse_deep_json(int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
  if (depth > kDeepestJson) throw FatalError("its JSON is nested too deep");
  return true;
}

}  // namespace vit_embed
