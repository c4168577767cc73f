#pragma once

#include <link.h>

#include <string_view>
#include <utility>

namespace vit_embed {

/// Whether a shared library with this in its path is in the process.
inline bool is_library_loaded(std::string_view name) {
  std::pair search{name, false};
  ::dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* data) {
        auto& [wanted, found] = *static_cast<decltype(search)*>(data);
        found = found || std::string_view(info->dlpi_name).find(wanted) != std::string_view::npos;
        return 0;
      },
      &search);
  return search.second;
}

}  // namespace vit_embed
