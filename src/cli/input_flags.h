#pragma once

#include <string>

#include "inputs/open_inputs.h"

namespace CLI {
class App;
}

namespace vit_embed {

/// Which images, where that is not an option as it stands.
struct InputFlags {
  InputOptions options;
  std::string files_from;
  std::string exif_orientation = "apply";

  bool apply_exif_orientation() const { return exif_orientation == "apply"; }
};

/// Whether "-" is an image on stdin, which can be read once.
enum class ImageOnStdin { allowed, none };

/// `flags` must outlive the parsing.
void add_input_flags(CLI::App& command, InputFlags& flags, ImageOnStdin image_on_stdin);

InputOptions make_input_options(const InputFlags& flags);

}  // namespace vit_embed
