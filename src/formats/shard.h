#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace vit_embed {

/// A part of a set of inputs: those whose keys hash to it. Inputs that come or go move no others.
struct Shard {
  std::uint32_t index = 0;  ///< from 0
  std::uint32_t count = 1;  ///< > index

  bool holds(std::string_view key) const;
  bool operator==(const Shard&) const = default;
};

/// XXH64 of the key, seed 0, modulo `count`: the same on every machine and in every version.
std::uint32_t shard_of(std::string_view key, std::uint32_t count);

/// "I/N", I from 0 to N-1. Throws UsageError.
Shard shard_from_string(const std::string& text);

/// What a sharded run's inputs were, and so what their keys are.
enum class ShardSource {
  folders,  ///< the path relative to the folder
  list,     ///< the list's entry
  tars,     ///< the tar's file name: a tar's members stay together
};

std::string_view to_string(ShardSource source);
/// Throws FatalError, naming no file.
ShardSource shard_source_from_string(std::string_view text);

struct ShardInfo {
  Shard shard;
  ShardSource source = ShardSource::folders;
  std::string selection = {};  ///< of the files in folders or tars, as flags; "": what is usual

  bool operator==(const ShardInfo&) const = default;
};

/// "3/8 of folders", with the selection behind it.
std::string to_string(const ShardInfo& info);

}  // namespace vit_embed
