#include "encoder/native_stored_weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "base/error.h"
#include "encoder/native_encoder.h"
#include "support/exported_model.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

class StoredWeightsTest : public testing::Test {
 protected:
  std::vector<float> read(const ModelMetadata& metadata, const Parameter& parameter) const {
    std::vector<float> values(static_cast<std::size_t>(parameter.num_elements()));
    StoredWeights(path_, metadata).read(parameter, values);
    return values;
  }

  /// Changes a byte in the middle of the record that holds the parameter's values.
  void damage(const Parameter& parameter) const {
    std::string bytes = file_content(path_);
    const Weights weights = snapshot_.weights->read(parameter);
    const std::string values(reinterpret_cast<const char*>(weights.values.data()),
                             weights.values.size_bytes());
    const std::size_t at = bytes.find(values);
    ASSERT_NE(at, std::string::npos);
    bytes[at + values.size() / 2] ^= 1;
    std::ofstream(path_, std::ios::binary) << bytes;
  }

  TemporaryDirectory directory_;
  std::filesystem::path path_ = directory_ / "small.pt";
  Snapshot snapshot_ = small_snapshot(small_architecture());
  ModelMetadata metadata_ = export_snapshot(snapshot_, path_);
};

TEST_F(StoredWeightsTest, AreTheOnesThatWereExported) {
  for (const Parameter& parameter : vit_parameters(metadata_.architecture)) {
    const Weights expected = snapshot_.weights->read(parameter);
    EXPECT_EQ(read(metadata_, parameter), std::vector(expected.values.begin(), expected.values.end()))
        << parameter.name;
  }
}

TEST_F(StoredWeightsTest, AreFoundByTheirHashWhateverTheRecordsOrder) {
  // As if written in another order: the table of the hashes alone tells which is which.
  const auto parameters = vit_parameters(metadata_.architecture);
  std::map<std::string, std::string> hashes;
  for (const TensorEntry& entry : metadata_.tensors) hashes[entry.name] = entry.xxh3;
  ModelMetadata swapped = metadata_;
  const std::string query = "encoder.layer.0.attention.attention.query.weight";
  const std::string value = "encoder.layer.1.attention.attention.value.weight";
  for (TensorEntry& entry : swapped.tensors) {
    if (entry.name == query) entry.xxh3 = hashes[value];
    if (entry.name == value) entry.xxh3 = hashes[query];
  }
  for (const Parameter& parameter : parameters) {
    if (parameter.name != query) continue;
    const auto other = std::ranges::find(parameters, value, &Parameter::name);
    EXPECT_EQ(read(swapped, parameter), read(metadata_, *other));
  }
}

TEST_F(StoredWeightsTest, ThatAreDamagedAreNamed) {
  const Parameter parameter = vit_parameters(metadata_.architecture)[4];
  damage(parameter);
  EXPECT_THAT([&] { read(metadata_, parameter); },
              ThrowsMessage<FatalError>(testing::AllOf(HasSubstr("small.pt'"), HasSubstr("damaged"),
                                                       HasSubstr("tensor '" + parameter.name + "'"))));
  EXPECT_THAT([&] { load_native_encoder(path_, metadata_, {.device = "cpu", .num_threads = 2}); },
              ThrowsMessage<FatalError>(HasSubstr("tensor '" + parameter.name + "'")));
}

TEST_F(StoredWeightsTest, OfAnotherArchitectureThanTheTableAreRefused) {
  ModelMetadata other = metadata_;
  other.architecture.num_hidden_layers = 3;
  EXPECT_THAT([&] { StoredWeights(path_, other); },
              ThrowsMessage<FatalError>(HasSubstr("its tensors are not its architecture's")));
}

TEST_F(StoredWeightsTest, OfMoreBytesThanTheFileHasAreRefusedBeforeMemoryIsTaken) {
  ModelMetadata huge = metadata_;
  huge.architecture.hidden_size = 1 << 16;
  huge.tensors.clear();
  for (const Parameter& parameter : vit_parameters(huge.architecture))
    huge.tensors.push_back({parameter.name, parameter.shape, "0123456789abcdef"});
  std::ranges::sort(huge.tensors, {}, &TensorEntry::name);
  EXPECT_THAT(
      [&] { load_native_encoder(path_, huge, {.device = "cpu", .num_threads = 2}); },
      ThrowsMessage<FatalError>(testing::AllOf(HasSubstr("small.pt'"), HasSubstr("more than it has"))));
}

}  // namespace
}  // namespace vit_embed
