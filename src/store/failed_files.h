#pragma once

#include <functional>
#include <string>

#include "base/error.h"
#include "store/manifest.h"

namespace vit_embed {

/// A file, or a folder (its path ends in '/'), that could not be read or decoded.
struct FailedFile {
  std::string path;  ///< behind its root's
  std::string reason;
  FailureKind kind = FailureKind::permanent;
};

/// Everything that failed, and the live files that could not be looked at since, ordered by the root's path
/// and the file's, bytewise. `take` may take its time: a writer can commit meanwhile, and is seen or not.
void for_each_failed_file(const Manifest& manifest, const std::function<void(const FailedFile&)>& take);

}  // namespace vit_embed
