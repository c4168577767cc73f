#pragma once

#include <filesystem>
#include <string>

// What is known of large files' hashes
// ====================================
// One file for each that was hashed, HASH.json with HASH = XXH3 of its absolute path, in
// $XDG_CACHE_HOME/vit-embed, else ~/.cache/vit-embed: {format_version, path, size, mtime_ns, ctime_ns, inode,
// sha256}. It holds while all but the hash are as they are now; a file that changed less than two seconds
// before it was hashed is not remembered. May be deleted at any time.
//
// History: 1, the first.

namespace vit_embed {

/// SHA-256 of a whole file, from the cache where that knows it. A cache that cannot be read or written is
/// done without. Blocks for the time of reading the file. Throws FatalError where that cannot be read.
std::string cached_sha256_of_file(const std::filesystem::path& path);

}  // namespace vit_embed
