#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace vit_embed {

/// How far the download of one file is.
struct DownloadProgress {
  std::string_view file;    ///< its name in the repository; valid during the call only
  std::uint64_t done = 0;   ///< bytes that are on the disk, those of an earlier run included
  std::uint64_t total = 0;  ///< bytes in all; 0 where the server did not say
};

/// Called on the downloading thread for each piece that arrives, many times a second. May be empty.
using DownloadObserver = std::function<void(const DownloadProgress&)>;

}  // namespace vit_embed
