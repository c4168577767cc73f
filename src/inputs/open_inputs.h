#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "inputs/folder_stream.h"
#include "inputs/input_stream.h"
#include "inputs/tar_stream.h"

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
  std::optional<Shard> shard;    ///< only what it holds, of one kind of source
  Labels labels = Labels::none;  ///< a column `label`
};

/// The names of the inputs' columns, in order: `label` where it is asked for, and where a tar is among the
/// arguments kSampleColumns, which are empty for inputs from elsewhere.
std::vector<std::string> column_names(const InputOptions& options);

/// Whether the inputs can be gone through once only: a tar is on stdin.
bool come_once(const InputOptions& options);

/// All of them in the order given, the list after the paths; a tar's name with a range in it that is no
/// file's stands for many. Nothing is read from stdin before it is its turn. With a shard, paths come in the
/// bytewise order of their inputs' names: merged shards stand in that order. What `pass` lists only of tars
/// is for an InputPlan. Throws UsageError where stdin is asked for twice or nothing is asked for, and
/// FatalError where the list cannot be opened or the only path given does not exist; one missing path among
/// several is an input that fails.
std::unique_ptr<InputStream> open_inputs(const InputOptions& options,
                                         TarStream::Pass pass = TarStream::Pass::read);

}  // namespace vit_embed
