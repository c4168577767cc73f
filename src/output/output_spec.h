#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "formats/decode_options.h"
#include "formats/fingerprint.h"
#include "formats/shard.h"
#include "output/output_format.h"

namespace vit_embed {

/// One feature of a run and the shape of its rows.
struct FeatureSpec {
  Fingerprint fingerprint;
  std::vector<std::uint64_t> row_shape;  ///< [D], or [T, D] for tokens

  std::uint64_t row_size() const;  ///< numbers in a row
  /// Of so many rows: their number, then the row's own shape.
  std::vector<std::uint64_t> shape(std::uint64_t rows) const;
};

/// What a run writes, whatever its inputs are.
struct OutputSpec {
  std::filesystem::path path;  ///< as given with -o
  OutputFormat format = OutputFormat::npy;
  std::vector<FeatureSpec> features;
  bool nan_rows = false;                         ///< a failed image has a row of NaN
  std::uint64_t max_pixels = kDefaultMaxPixels;  ///< a larger image is a failed one
  std::optional<ShardInfo> shard;                ///< the output is this part of a sharded run's
  std::vector<std::string> columns;              ///< names of what stands for an image beside its path
};

/// Bytes that `rows` rows of every feature and their names take: exact for .npy but for the names, a guess
/// for text.
double estimated_size(const OutputSpec& spec, std::uint64_t rows);

/// The files of one output, finished or not. `index` is used by .npy only, `inputs` by shards.
struct OutputFiles {
  std::filesystem::path rows, index, failures, inputs, meta;
};

/// Where a feature's output goes: the path itself, or photos.cls.npy, photos.pooler.npy, ... where there are
/// several.
std::filesystem::path output_path(const std::filesystem::path& path, Feature feature, bool several);
/// The final names of an output: X, X.index.csv, X.failures.csv, X.inputs.csv, X.meta.json.
OutputFiles published_files(const std::filesystem::path& output);
/// Where an unfinished run keeps everything: X.partial.
std::filesystem::path partial_directory(const std::filesystem::path& path);

}  // namespace vit_embed
