#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/decode_options.h"
#include "formats/fingerprint.h"
#include "formats/shard.h"

// X.meta.json: what made an output
// ================================
// Beside every output X, and the last of its files to get its name: it is the commit record. Where it is
// missing, X is not a finished publication. One JSON object:
//
//   format_version  1
//   fingerprint     see fingerprint.h, and `id`; equal fingerprints mean comparable rows
//   build           tool_version, engine, instruction_set, libraries {name: version}
//   model           source, revision, random_weights: for people
//   format          "npy", "csv" or "jsonl"
//   shape           of the rows, their number first
//   failed_rows     "skipped" or "nan": what stands for a failed image
//   max_pixels      the size above which an image failed; absent: kDefaultMaxPixels
//   columns         names of the index's columns behind row and path; absent: none
//   shard           {index, count, source, selection}: which part of a sharded run's inputs; absent: whole
//   inputs, rows    counts; inputs == rows + permanent + transient failures, or == rows with failed_rows
//                   "nan"
//   failures        {"permanent": N, "transient": N}
//   inputs_digest   SHA-256 over names, sizes and mtimes in order (inputs_digest.h)
//   rows_sha256     SHA-256 of X, for .npy without its header
//   index_sha256    SHA-256 of X.index.csv; "" where the rows carry their names
//
// History: 1, the first.

namespace vit_embed {

inline constexpr int kMetaFormatVersion = 1;

/// How BuildInfo::engine names the engine whose rows do not depend on batch size, threads or neighbours.
inline constexpr std::string_view kNativeEngine = "native";

/// What computed the rows. Two engines or instruction sets round differently.
struct BuildInfo {
  std::string tool_version;
  std::string engine;
  std::string instruction_set;
  std::map<std::string, std::string> libraries;  ///< name to version

  bool operator==(const BuildInfo&) const = default;
};

std::string to_json(const BuildInfo& build);
/// Throws FatalError saying what is wrong, without the file's name.
BuildInfo build_info_from_json(std::string_view json);

struct OutputMeta {
  Fingerprint fingerprint;
  BuildInfo build;
  std::string model_source;
  std::string model_revision;
  bool random_weights = false;
  std::string format;
  std::vector<std::uint64_t> shape;
  bool nan_rows = false;  ///< failed images have a row of NaN
  std::uint64_t max_pixels = kDefaultMaxPixels;
  std::vector<std::string> columns;
  std::optional<ShardInfo> shard;
  std::uint64_t inputs = 0;
  std::uint64_t rows = 0;
  std::uint64_t permanent_failures = 0;
  std::uint64_t transient_failures = 0;
  std::string inputs_digest;
  std::string rows_sha256;
  std::string index_sha256;

  std::uint64_t failures() const { return permanent_failures + transient_failures; }
  bool operator==(const OutputMeta&) const = default;
};

std::string to_json(const OutputMeta& meta);
/// Throws FatalError saying what is wrong, without the file's name.
OutputMeta output_meta_from_json(std::string_view json);
/// Throws FatalError naming the file.
OutputMeta read_output_meta(const std::filesystem::path& path);

}  // namespace vit_embed
