#pragma once

#include <stop_token>

#include "inputs/folder_stream.h"
#include "store/manifest.h"
#include "store/root_scan.h"

namespace vit_embed {

/// Tells `scan` of every image file below the root, with its stamp; opens none but those that could not be
/// read the last time. A file that was changed within the last two seconds has a ctime of 0, for it may
/// change again without another stamp. Returns early at a stop.
RootScanCounts scan_folder(const Root& root, const FolderOptions& options, RootScan& scan,
                           std::stop_token stop);

}  // namespace vit_embed
