#pragma once

#include <filesystem>

namespace vit_embed {

/// Loads one of the program's modules and gives what it exports as `entry_point`; null where it exports no
/// such thing. It is never closed: LibTorch's threads and thread-local destructors outlive any moment at
/// which it could be. Blocks for the dynamic loader. Throws FatalError with the loader's reason.
void* open_module(const std::filesystem::path& module, const char* entry_point);

/// Throws FatalError: what to say where an entry point is missing or gave nothing.
[[noreturn]] void refuse_other_version(const std::filesystem::path& module);

}  // namespace vit_embed
