#include "cli/input_flags.h"

#include <CLI/CLI.hpp>

namespace vit_embed {

void add_folder_flags(CLI::App& command, FolderOptions& folders, const std::string& where) {
  command.add_option("--include", folders.include, where + ", only paths that match this glob")
      ->type_name("GLOB")
      ->allow_extra_args(false)
      ->group("Inputs");
  command.add_option("--exclude", folders.exclude, where + ", no path that matches this glob")
      ->type_name("GLOB")
      ->allow_extra_args(false)
      ->group("Inputs");
  command.add_flag("--hidden", folders.hidden, where + ", also names that start with a dot")->group("Inputs");
}

void add_decode_flags(CLI::App& command, DecodeFlags& flags) {
  command.add_option("--exif-orientation", flags.exif_orientation, "Turn images as their EXIF tag says")
      ->capture_default_str()
      ->check(CLI::IsMember({"apply", "ignore"}))
      ->group("Inputs");
  command
      .add_flag("--allow-truncated", flags.options.allow_truncated,
                "Pad images whose data end early instead of refusing them")
      ->group("Inputs");
  command
      .add_option("--max-pixels", flags.options.max_pixels, "Refuse images of more pixels, width x height")
      ->type_name("N")
      ->capture_default_str()
      ->check(CLI::PositiveNumber)
      ->group("Inputs");
}

void add_input_flags(CLI::App& command, InputFlags& flags, ImageOnStdin image_on_stdin) {
  InputOptions& inputs = flags.options;
  const bool from_stdin = image_on_stdin == ImageOnStdin::allowed;
  command
      .add_option("IMAGES", inputs.paths,
                  from_stdin ? "Files, folders, tars, or - for an image or a tar on stdin"
                             : "Files, folders and tars")
      ->type_name("FILE");
  command
      .add_option("--files-from", flags.files_from, "Also the paths in this list, - for stdin, one a line")
      ->type_name("FILE")
      ->group("Inputs");
  command.add_flag("-0,--null", inputs.null_separated, "The list's entries end with a NUL byte")
      ->group("Inputs");
  add_folder_flags(command, inputs.folders, "In folders and tars");
  add_decode_flags(command, flags.decode);
  if (!from_stdin) return;
  command
      .add_option("--stdin-name", inputs.stdin_name,
                  "What stdin is called; a tar where this ends as a tar's name does")
      ->type_name("NAME")
      ->capture_default_str()
      ->group("Inputs");
}

InputOptions make_input_options(const InputFlags& flags) {
  InputOptions options = flags.options;
  if (!flags.files_from.empty()) options.files_from = flags.files_from;
  return options;
}

DecodeOptions make_decode_options(const DecodeFlags& flags) {
  DecodeOptions options = flags.options;
  options.apply_exif_orientation = flags.exif_orientation == "apply";
  return options;
}

}  // namespace vit_embed
