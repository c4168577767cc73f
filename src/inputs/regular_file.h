#pragma once

#include <filesystem>

#include "base/file_descriptor.h"
#include "formats/inputs_digest.h"

namespace vit_embed {

/// Opens a regular file for reading; anything else (a directory, a FIFO, a device) is never waited for.
/// Throws InputError.
FileDescriptor open_regular_file(const std::filesystem::path& path);

/// Of an open file. Throws InputError.
FileIdentity identity_of_file(const FileDescriptor& file);

/// Of what stands at a path; all zero where that cannot be told.
FileIdentity identity_of_path(const std::filesystem::path& path);

/// A failure in passing, with errno's reason.
[[noreturn]] void fail_with_errno();

}  // namespace vit_embed
