#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "inputs/folder_stream.h"
#include "inputs/input_stream.h"

namespace vit_embed {

/// What an image is of, as its path tells.
enum class Labels {
  none,
  folder,  ///< the name of the folder that it is in, as sets with a folder a class have it
};

struct InputOptions {
  std::vector<std::string> paths;         ///< files, folders, or "-" for one image's bytes on stdin
  std::string stdin_name = "stdin";       ///< what the image on stdin is called in the index
  std::optional<std::string> files_from;  ///< a list of paths; "-" is stdin
  bool null_separated = false;            ///< the list's entries end with a NUL byte instead of a newline
  FolderOptions folders;
  std::optional<Shard> shard;    ///< only what it holds, of one kind of source
  Labels labels = Labels::none;  ///< a column `label`
};

/// What a sharded run's inputs are. Throws UsageError where they are of several kinds or of none that has
/// keys, FatalError where a path does not exist.
ShardSource shard_source(const InputOptions& options);

/// The names of the inputs' columns, in order.
std::vector<std::string> column_names(const InputOptions& options);

/// All of them in the order given, the list after the paths. Nothing is read from stdin before it is its
/// turn. With a shard, paths come in the bytewise order of their inputs' names: merged shards stand in that
/// order. Throws UsageError where stdin is asked for twice or nothing is asked for, and FatalError where the
/// list cannot be opened or the only path given does not exist; one missing path among several is an input
/// that fails.
std::unique_ptr<InputStream> open_inputs(const InputOptions& options);

}  // namespace vit_embed
