#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <string>

#include "base/error.h"
#include "support/exported_model.h"
#include "support/temporary_directory.h"
#include "torchscript/model_reader.h"
#include "torchscript/model_writer.h"

namespace vit_embed {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

class ModelFile : public testing::Test {
 protected:
  void expect_refused(const char* reason) const {
    EXPECT_THAT([&] { load_model_file(path_); },
                ThrowsMessage<FatalError>(AllOf(HasSubstr("model.pt'"), HasSubstr(reason))));
  }

  TemporaryDirectory directory_;
  std::filesystem::path path_ = directory_ / "model.pt";
};

/// While it lives, no file can grow beyond `bytes`: a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }

 private:
  sighandler_t handler_;
  rlimit before_{};
};

TEST_F(ModelFile, CarriesItsMetadataForReadersWithoutTorch) {
  const ModelMetadata written = export_snapshot(small_snapshot(small_architecture()), path_);
  EXPECT_EQ(read_model_metadata(path_), written);
  EXPECT_EQ(load_model_file(path_).metadata, written);
}

TEST_F(ModelFile, HasTheHubsParameterNamesAndValues) {
  const Snapshot snapshot = small_snapshot(small_architecture());
  export_snapshot(snapshot, path_);
  const LoadedModel model = load_model_file(path_);
  std::map<std::string, at::Tensor> loaded;
  for (const auto& parameter : model.module.named_parameters()) loaded[parameter.name] = parameter.value;
  const auto parameters = vit_parameters(snapshot.architecture);
  ASSERT_EQ(loaded.size(), parameters.size());
  for (const Parameter& parameter : parameters) {
    ASSERT_TRUE(loaded.contains(parameter.name)) << parameter.name;
    const at::Tensor& tensor = loaded[parameter.name];
    EXPECT_EQ(tensor.sizes(), at::IntArrayRef(parameter.shape));
    EXPECT_FALSE(tensor.requires_grad());
    const Weights weights = snapshot.weights->read(parameter);
    EXPECT_TRUE(std::equal(weights.values.begin(), weights.values.end(), tensor.data_ptr<float>()))
        << parameter.name;
  }
  EXPECT_FALSE(model.module.is_training());
}

TEST_F(ModelFile, GivesAPairWithAPoolerAndASingleWithout) {
  for (const bool pooler : {true, false}) {
    Architecture architecture = small_architecture();
    architecture.pooler = pooler;
    export_snapshot(small_snapshot(architecture), path_);
    LoadedModel model = load_model_file(path_);
    const auto output = model.module.forward({at::zeros({3, 3, 32, 32})}).toTuple();
    ASSERT_EQ(output->elements().size(), pooler ? 2 : 1);
    EXPECT_EQ(output->elements()[0].toTensor().sizes(), at::IntArrayRef({3, 5, 8}));
    if (!pooler) continue;
    EXPECT_EQ(output->elements()[1].toTensor().sizes(), at::IntArrayRef({3, 8}));
  }
}

TEST_F(ModelFile, IsTheSameToTheByteEachTime) {
  export_snapshot(small_snapshot(small_architecture()), path_);
  const std::string first = file_content(path_);
  export_snapshot(small_snapshot(small_architecture()), directory_ / "another-name.pt");
  EXPECT_TRUE(file_content(directory_ / "another-name.pt") == first);
}

TEST_F(ModelFile, WithOneFlippedWeightByteIsRefused) {
  const Snapshot snapshot = small_snapshot(small_architecture());
  export_snapshot(snapshot, path_);
  const Weights weights = snapshot.weights->read({"pooler.dense.weight", {8, 8}, ParameterRole::weight});
  std::string bytes = file_content(path_);
  const auto offset = bytes.find(
      std::string_view(reinterpret_cast<const char*>(weights.values.data()), weights.values.size_bytes()));
  ASSERT_NE(offset, std::string::npos);
  bytes[offset + 5] ^= 1;
  write_file(path_, bytes);
  expect_refused("damaged: tensor 'pooler.dense.weight' has another hash");
}

TEST_F(ModelFile, CutAnywhereIsRefused) {
  export_snapshot(small_snapshot(small_architecture()), path_);
  const std::string whole = file_content(path_);
  for (std::size_t parts = 0; parts < 16; ++parts) {
    write_file(path_, whole.substr(0, whole.size() * parts / 16));
    EXPECT_THROW(load_model_file(path_), FatalError) << parts;
  }
}

TEST_F(ModelFile, ThatIsNotThereOrNoArchiveIsRefused) {
  expect_refused("No such file");
  write_file(path_, "this is not a model");
  expect_refused("not a TorchScript archive");
}

TEST_F(ModelFile, WhoseTableIsNotItsArchitecturesIsRefused) {
  const Snapshot snapshot = small_snapshot(small_architecture());
  ModelMetadata metadata = export_snapshot(snapshot, path_);
  metadata.tensors.pop_back();
  write_model_file(path_, metadata, *snapshot.weights);
  expect_refused("its tensors are not its architecture's");
}

TEST_F(ModelFile, OnAFullDiskIsAnErrorAndLeavesNothing) {
  const Snapshot snapshot = small_snapshot(small_architecture());
  {
    const FileSizeLimit full(8 << 10);
    EXPECT_THAT([&] { export_snapshot(snapshot, path_); }, ThrowsMessage<FatalError>(HasSubstr("model.pt")));
  }
  EXPECT_TRUE(std::filesystem::is_empty(directory_.path()));
}

TEST_F(ModelFile, ReplacesAnOlderOneOnlyWhenWhole) {
  write_file(path_, "older");
  {
    const FileSizeLimit full(8 << 10);
    EXPECT_THROW(export_snapshot(small_snapshot(small_architecture()), path_), FatalError);
  }
  EXPECT_EQ(file_content(path_), "older");
  export_snapshot(small_snapshot(small_architecture()), path_);
  EXPECT_NO_THROW(load_model_file(path_));
}

}  // namespace
}  // namespace vit_embed
