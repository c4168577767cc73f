#pragma once

#include <string>
#include <vector>

#include "formats/shard.h"
#include "inputs/input_options.h"

// What the arguments of a run are, before any of them is opened.

namespace vit_embed {

/// Throws UsageError where stdin is asked for twice or nothing is asked for.
void check_usage(const InputOptions& options);

/// With a path for each one that a range in a tar's name stands for, {000000..000099}, where that is no
/// file's name. With a shard, in the bytewise order of their inputs' names: merged shards stand in that
/// order.
std::vector<std::string> argument_paths(const InputOptions& options);

bool is_folder(const std::string& path);
/// By its name; "-" by what stdin is called.
bool is_tar(const std::string& path, const InputOptions& options);
bool has_tars(const InputOptions& options);
/// Throws FatalError where nothing stands at the path.
void require_existing(const std::string& path);

/// Whether the inputs can be gone through once only: a tar is on stdin.
bool come_once(const InputOptions& options);

/// The names of the inputs' columns, in order: `label` where it is asked for, and where a tar is among the
/// arguments kSampleColumns, which are empty for inputs from elsewhere.
std::vector<std::string> column_names(const InputOptions& options);

/// What a sharded run's inputs are. Throws UsageError where they are of several kinds, of none that has keys,
/// or folders within each other, and FatalError where a folder does not exist.
ShardSource shard_source(const InputOptions& options);

/// What of a tar's path a shard goes by: its file name, for tasks may have it in folders of their own.
std::string shard_key_of_tar(const std::string& path);

}  // namespace vit_embed
