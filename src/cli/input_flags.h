#pragma once

#include <string>

#include "formats/decode_options.h"
#include "inputs/open_inputs.h"

namespace CLI {
class App;
}

namespace vit_embed {

/// How images are decoded, where that is not an option as it stands.
struct DecodeFlags {
  DecodeOptions options;
  std::string exif_orientation = "apply";
};

/// Which images and how they are decoded, likewise.
struct InputFlags {
  InputOptions options;
  std::string files_from;
  DecodeFlags decode;
};

/// Whether "-" is an image on stdin, which can be read once.
enum class ImageOnStdin { allowed, none };

/// `flags` must outlive the parsing.
void add_input_flags(CLI::App& command, InputFlags& flags, ImageOnStdin image_on_stdin);

/// Parts of add_input_flags().
void add_folder_flags(CLI::App& command, FolderOptions& folders, const std::string& where = "In folders");
void add_decode_flags(CLI::App& command, DecodeFlags& flags);

InputOptions make_input_options(const InputFlags& flags);
DecodeOptions make_decode_options(const DecodeFlags& flags);

}  // namespace vit_embed
