#pragma once

#include <chrono>
#include <stop_token>

#include "inputs/folder_stream.h"
#include "store/manifest.h"
#include "store/root_scan.h"

namespace vit_embed {

/// Tells `scan` of every image file below the root, with its stamp; opens none but those that could not be
/// read the last time. A file that was changed less than `settling_time` ago gets a ctime of 0. Returns early
/// at a stop. Throws RefusedError where the root itself cannot be listed, or is another
/// folder at the end than at the start.
RootScanCounts scan_folder(const Root& root, FolderOptions options, std::chrono::seconds settling_time,
                           RootScan& scan, std::stop_token stop);

}  // namespace vit_embed
