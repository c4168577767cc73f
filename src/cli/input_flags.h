#pragma once

#include <string>

#include "formats/decode_options.h"
#include "inputs/open_inputs.h"

namespace CLI {
class App;
}

namespace vit_embed {

/// Which images and how they are decoded, where that is not an option as it stands.
struct InputFlags {
  InputOptions options;
  std::string files_from;
  std::string exif_orientation = "apply";
  DecodeOptions decode;
};

/// Whether "-" is an image on stdin, which can be read once.
enum class ImageOnStdin { allowed, none };

/// `flags` must outlive the parsing.
void add_input_flags(CLI::App& command, InputFlags& flags, ImageOnStdin image_on_stdin);

InputOptions make_input_options(const InputFlags& flags);
DecodeOptions make_decode_options(const InputFlags& flags);

}  // namespace vit_embed
