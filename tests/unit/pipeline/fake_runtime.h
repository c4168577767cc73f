#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "fake_model.h"
#include "pipeline/extract.h"
#include "support/temporary_directory.h"
#include "support/zip_file.h"

namespace vit_embed {

class FakeRuntime : public Runtime {
 public:
  explicit FakeRuntime(std::function<void(FakeModel&)> prepare) : prepare_(std::move(prepare)) {}

  ModelMetadata export_model(const ExportOptions&) override {
    throw FatalError("not a runtime that exports");
  }
  /// A foreign file is the same model, for which the runtime alone tells.
  std::unique_ptr<Model> load_model(const std::filesystem::path& model_file,
                                    const LoadOptions& options) override {
    const std::optional<ModelMetadata> own = find_model_metadata(model_file);
    auto model = std::make_unique<FakeModel>(own ? *own : FakeModel::some_metadata());
    if (!own) {
      model->description_.foreign = true;
      model->description_.preprocessing.image_mean =
          options.preprocessing.image_mean.value_or(std::array{0.5, 0.5, 0.5});
    }
    model->loaded_with_ = options;
    if (prepare_) prepare_(*model);
    return model;
  }
  std::vector<std::vector<SimilarRow>> find_similar_rows(const StoredRows&, std::span<const float>,
                                                         const RowSearch&) const override {
    throw FatalError("not a runtime that searches");
  }
  std::vector<std::byte> make_thumbnail(std::span<const std::byte>, const DecodeOptions&,
                                        int) const override {
    throw FatalError("not a runtime that draws");
  }
  std::vector<LibraryVersion> library_versions() const override { return {{"Fake", "1.0"}}; }

 private:
  std::function<void(FakeModel&)> prepare_;
};

/// A folder of images, a model file, and a runtime that counts how often it was opened.
class FakeRun : public ::testing::Test {
 protected:
  FakeRun() {
    write_model(FakeModel::some_metadata());
    options_.model = directory_ / "model.pt";
    options_.output = directory_ / "photos.npy";
    options_.inputs.paths = {(directory_ / "photos").native()};
    options_.batch_size = 3;
    options_.num_threads = 2;
  }

  void write_model(const ModelMetadata& metadata) {
    write_zip(directory_ / "model.pt",
              {{"m/code/x.py", "pass"}, {"m/extra/vit_embed.json", to_json(metadata)}});
  }

  void write_foreign_model() { write_zip(directory_ / "model.pt", {{"m/code/x.py", "pass"}}); }

  std::string image_path(int i) const {
    return (directory_ / "photos" / (std::string(i < 10 ? "0" : "") + std::to_string(i) + ".jpg")).native();
  }

  void make_images(int count) {
    for (int i = 0; i < count; ++i) write_file(image_path(i), std::to_string(i));
  }

  RuntimeOpener opener() {
    return [this]() -> std::unique_ptr<Runtime> {
      ++opened_;
      return std::make_unique<FakeRuntime>(prepare_);
    };
  }

  TemporaryDirectory directory_;
  ExtractOptions options_;
  int opened_ = 0;
  std::function<void(FakeModel&)> prepare_;  ///< told of every model that is loaded
  std::stop_source stop_;
};

}  // namespace vit_embed
