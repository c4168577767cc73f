#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "formats/digest.h"
#include "store/change_plan.h"
#include "store/generation_builder.h"
#include "store/generation_writer.h"
#include "store/index_file.h"
#include "store/root_changes.h"
#include "store/store_directory.h"
#include "support/temporary_directory.h"

namespace vit_embed {

/// A store of one root, /photos, whose rows are three numbers: as a run leaves it, for readers to be tested
/// on.
class SmallStore {
 public:
  SmallStore() {
    directory_.set_current(directory_.add_generation(
        [&](const std::filesystem::path& path) { build_empty_generation(path, info()); }));
    Manifest manifest = open(ManifestAccess::write);
    RootChanges changes;
    changes.added = {{1, "/photos", false}};
    apply_root_changes(manifest, changes);
  }

  static GenerationInfo info() {
    GenerationInfo info;
    info.fingerprint.weights_sha256 = std::string(64, 'a');
    info.fingerprint.feature = Feature::mean;
    info.row_size = 3;
    info.max_pixels = 1000;
    info.model_path = "/models/some.pt";
    info.model_source = "a fake";
    return info;
  }

  static ContentHash hash_of(std::string_view text) {
    Sha256 sha;
    sha.update(text);
    return sha.digest();
  }

  /// What a run does to one file: reads this text from it.
  void add(const std::string& path, const std::string& text, std::vector<float> row = {1, 2, 3}) {
    write([&](GenerationWriter& writer) {
      writer.add_row(hash_of(text), row);
      const FileStamp stamp{text.size(), 1, 1};
      writer.add_file({0, 1, path, stamp}, stamp, hash_of(text));
    });
  }

  void fail(const std::string& path, FailureKind kind, const std::string& reason) {
    write([&](GenerationWriter& writer) {
      writer.add_failure({0, 1, path, {1, 1, 1}}, {1, 1, 1}, kind, reason);
    });
  }

  void lose(const std::string& path) {
    Manifest manifest = open(ManifestAccess::write);
    ChangePlan plan(manifest);
    plan.add_vanished(1, path, {}, true);
    GenerationWriter(manifest, plan, files().embeddings).finish([](std::uint64_t, std::uint64_t) {
      return true;
    });
    index(manifest);
  }

  void note_run(const RunEntry& run) { open(ManifestAccess::write).add_run(run); }

  /// Changes the manifest as nobody should.
  void exec(const std::string& sql) const {
    SQLite::Database(files().manifest.native(), SQLite::OPEN_READWRITE).exec(sql);
  }

  Manifest open(ManifestAccess access) const { return {files().manifest, access}; }
  GenerationFiles files() const { return GenerationFiles(directory_.require_current()); }
  const StoreDirectory& directory() const { return directory_; }
  const std::filesystem::path& path() const { return directory_.path(); }

 private:
  template <class Action>
  void write(Action action) {
    Manifest manifest = open(ManifestAccess::write);
    ChangePlan plan(manifest);
    GenerationWriter writer(manifest, plan, files().embeddings);
    writer.set_build({.tool_version = "1.0", .engine = "fake", .instruction_set = "avx2", .libraries = {}});
    action(writer);
    writer.finish([](std::uint64_t, std::uint64_t) { return true; });
    index(manifest);
  }

  void index(Manifest& manifest) const {
    write_index(manifest, files().index);
    manifest.set_indexed();
  }

  TemporaryDirectory temporary_;
  StoreDirectory directory_{temporary_.path()};
};

}  // namespace vit_embed
