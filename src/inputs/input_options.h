#pragma once

#include <optional>
#include <string>
#include <vector>

#include "formats/shard.h"
#include "inputs/folder_stream.h"

namespace vit_embed {

/// What an image is of, as its path tells.
enum class Labels {
  none,
  folder,  ///< the name of the folder that it is in, as sets with a folder a class have it
};

struct InputOptions {
  std::vector<std::string> paths;  ///< files, folders, tars, or "-" for an image or a tar on stdin
  std::string stdin_name =
      "stdin";  ///< what is on stdin is called so, and is a tar where this is a tar's name
  std::optional<std::string> files_from;  ///< a list of paths; "-" is stdin
  bool null_separated = false;            ///< the list's entries end with a NUL byte instead of a newline
  FolderOptions folders;
  std::optional<Shard> shard;    ///< only what it holds; the inputs are of one kind
  Labels labels = Labels::none;  ///< a column `label`
};

}  // namespace vit_embed
