#pragma once

#include <map>
#include <string>

namespace vit_embed {

/// The libraries that decode images and their EXIF, by name, and their versions: as loaded, or as built
/// against where a library does not tell.
std::map<std::string, std::string> image_codec_versions();

}  // namespace vit_embed
