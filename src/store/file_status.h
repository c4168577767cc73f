#pragma once

#include <string_view>

namespace vit_embed {

enum class FileStatus { live, failed, deleted, pending };

std::string_view to_string(FileStatus status);
/// Of what to_string() gives; anything else, which the manifest does not let in, counts as pending.
FileStatus file_status_from_string(std::string_view text);

}  // namespace vit_embed
