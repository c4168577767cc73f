#pragma once

#include <memory>

#include "inputs/input_options.h"
#include "inputs/input_stream.h"
#include "inputs/tar_stream.h"

namespace vit_embed {

/// All of them in the order of argument_paths(), the list after the paths. Nothing is read from stdin before
/// it is its turn. What `pass` lists only of tars is for an InputPlan. Throws as check_usage() and
/// shard_source() do, and FatalError where the list cannot be opened or the only path given does not exist;
/// one missing path among several is an input that fails.
std::unique_ptr<InputStream> open_inputs(const InputOptions& options,
                                         TarStream::Pass pass = TarStream::Pass::read);

}  // namespace vit_embed
