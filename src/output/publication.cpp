#include "output/publication.h"

#include "base/atomic_file.h"
#include "base/error.h"
#include "formats/npy.h"
#include "formats/run_record.h"
#include "output/partial_directory.h"

namespace vit_embed {
namespace {

namespace fs = std::filesystem;

void rename_if_there(const fs::path& from, const fs::path& to) {
  if (fs::exists(from)) rename_file(from, to);
}

/// Once the meta has its name everything else has, so that without a meta in X.partial there is nothing to
/// do.
void publish_feature(const OutputFiles& from, const OutputFiles& to) {
  if (!fs::exists(from.meta)) return;
  const OutputMeta meta = read_output_meta(from.meta);
  const fs::path directory = parent_directory(to.rows);
  remove_file(to.meta);
  sync_directory(directory);
  rename_if_there(from.rows, to.rows);
  if (meta.index_sha256.empty()) remove_file(to.index);
  if (meta.failures() == 0) remove_file(to.failures);
  if (!meta.shard) remove_file(to.inputs);
  rename_if_there(from.index, to.index);
  if (meta.failures() > 0) rename_if_there(from.failures, to.failures);
  rename_if_there(from.inputs, to.inputs);
  sync_directory(directory);
  rename_file(from.meta, to.meta);
  sync_directory(directory);
}

bool has_its_files(const OutputFiles& files, const OutputMeta& meta) {
  if (!fs::exists(files.rows)) return false;
  if (!meta.index_sha256.empty() && !fs::exists(files.index)) return false;
  if (meta.failures() > 0 && !fs::exists(files.failures)) return false;
  if (meta.shard && !fs::exists(files.inputs)) return false;
  if (meta.format != to_string(OutputFormat::npy)) return true;
  const NpyDescription npy = read_npy_header(files.rows);
  return npy.shape == meta.shape && npy.is_complete();
}

}  // namespace

OutputFiles partial_files(const fs::path& path, Feature feature) {
  const fs::path directory = partial_directory(path);
  const std::string name(to_string(feature));
  return {directory / (name + ".rows"), directory / (name + ".index.csv"),
          directory / (name + ".failures.csv"), directory / (name + ".inputs.csv"),
          directory / (name + ".meta.json")};
}

void mark_complete(const fs::path& path) {
  sync_directory(partial_directory(path));
  write_file_atomically(partial_directory(path) / kCompleteMarker, "");
}

bool finish_publication(const fs::path& path) {
  const fs::path partial = partial_directory(path);
  if (!fs::exists(partial / kCompleteMarker)) return false;
  const RunRecord record = read_run_record(partial / "run.json");
  const bool several = record.fingerprints.size() > 1;
  for (const Fingerprint& fingerprint : record.fingerprints) {
    publish_feature(partial_files(path, fingerprint.feature),
                    published_files(output_path(path, fingerprint.feature, several)));
  }
  remove_partial(partial);
  return true;
}

std::optional<std::vector<OutputMeta>> read_published(const OutputSpec& spec) {
  std::vector<OutputMeta> metas;
  try {
    for (const FeatureSpec& feature : spec.features) {
      const OutputFiles files =
          published_files(output_path(spec.path, feature.fingerprint.feature, spec.features.size() > 1));
      if (!fs::exists(files.meta)) return std::nullopt;
      metas.push_back(read_output_meta(files.meta));
      if (!has_its_files(files, metas.back())) return std::nullopt;
    }
  } catch (const FatalError&) {
    return std::nullopt;  // damaged, or of another version: to be made anew
  }
  return metas;
}

std::optional<std::vector<OutputMeta>> find_up_to_date(const OutputSpec& spec,
                                                       const std::string& inputs_digest) {
  std::optional<std::vector<OutputMeta>> metas = read_published(spec);
  if (!metas) return std::nullopt;
  for (std::size_t i = 0; i < metas->size(); ++i) {
    const OutputMeta& meta = (*metas)[i];
    if (meta.fingerprint != spec.features[i].fingerprint || meta.inputs_digest != inputs_digest ||
        meta.format != to_string(spec.format) || meta.nan_rows != spec.nan_rows ||
        meta.max_pixels != spec.max_pixels || meta.columns != spec.columns || meta.shard != spec.shard) {
      return std::nullopt;
    }
  }
  return metas;
}

}  // namespace vit_embed
