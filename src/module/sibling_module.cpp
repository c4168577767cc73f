#include "module/sibling_module.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include "base/error.h"
#include "base/file_descriptor.h"

namespace vit_embed {

std::filesystem::path find_sibling_module(std::string_view name, std::string_view needed_for) {
  Dl_info own{};
  ::dladdr(reinterpret_cast<const void*>(&find_sibling_module), &own);
  std::filesystem::path path = own.dli_fname == nullptr ? "" : own.dli_fname;
  path.replace_filename(name);
  if (is_present(path)) return path;
  throw FatalError(fmt::format("'{}' is missing: {}", path.native(), needed_for));
}

}  // namespace vit_embed
