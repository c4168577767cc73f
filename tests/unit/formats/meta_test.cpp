#include "formats/meta.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "base/error.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

using ::testing::HasSubstr;

Fingerprint some_fingerprint() {
  Fingerprint f;
  f.weights_sha256 = std::string(64, 'b');
  f.feature = Feature::tokens;
  f.l2_normalized = true;
  f.dtype = ElementType::float16;
  f.precision = Precision::bf16;
  f.preprocessing = {{32, 32}, Resample::lanczos, 0.1, {0.1, 0.2, 0.3}, {0.4, 0.5, 0.6}};
  f.exif_orientation_applied = false;
  return f;
}

OutputMeta some_meta() {
  OutputMeta m;
  m.fingerprint = some_fingerprint();
  m.build = {"0.1.0", "torchscript", "avx512", {{"LibTorch", "1.13.1"}, {"oneDNN", "2.6.3"}}};
  m.model_source = "caf\xc3\xa9";
  m.model_revision = "c0ffee";
  m.random_weights = true;
  m.format = "npy";
  m.shape = {7, 197, 1024};
  m.nan_rows = true;
  m.columns = {"label", "cls"};
  m.shard = ShardInfo{{3, 8}, ShardSource::list};
  m.inputs = 7;
  m.rows = 7;
  m.permanent_failures = 2;
  m.transient_failures = 1;
  m.inputs_digest = std::string(64, 'c');
  m.rows_sha256 = std::string(64, 'd');
  m.index_sha256 = std::string(64, 'e');
  return m;
}

TEST(OutputMeta, ThatIsNoShardSaysNothingOfOne) {
  OutputMeta whole = some_meta();
  whole.shard.reset();
  EXPECT_THAT(to_json(whole), ::testing::Not(HasSubstr("shard")));
  EXPECT_EQ(output_meta_from_json(to_json(whole)), whole);
}

TEST(OutputMeta, OfAShardThatThereIsNotIsRefused) {
  OutputMeta meta = some_meta();
  meta.shard->shard = {8, 8};
  EXPECT_THROW(output_meta_from_json(to_json(meta)), FatalError);
}

TEST(OutputMeta, ReadsBackFromJson) {
  EXPECT_EQ(output_meta_from_json(to_json(some_meta())), some_meta());
  EXPECT_EQ(output_meta_from_json(to_json(OutputMeta{})), OutputMeta{});
  EXPECT_EQ(some_meta().failures(), 3u);
}

TEST(OutputMeta, HoldsTheIdOfItsFingerprint) {
  EXPECT_THAT(to_json(some_meta()), HasSubstr("\"id\": \"" + some_fingerprint().id() + "\""));
}

TEST(OutputMeta, ErrorsNameTheFileAndWhatIsWrong) {
  const TemporaryDirectory directory;
  const auto error_of = [&directory](std::string text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    write_file(directory / "x.meta.json", text.replace(at, from.size(), to));
    try {
      read_output_meta(directory / "x.meta.json");
    } catch (const FatalError& e) {
      EXPECT_THAT(e.what(), HasSubstr("x.meta.json"));
      return std::string(e.what());
    }
    return std::string("no error");
  };
  const std::string json = to_json(some_meta());
  EXPECT_THAT(error_of(json, "\"rows_sha256\"", "\"x\""), HasSubstr("rows_sha256"));
  EXPECT_THAT(error_of(json, "\"permanent\"", "\"x\""), HasSubstr("permanent"));
  EXPECT_THAT(error_of(json, "\"format_version\": 1", "\"format_version\": 3"), HasSubstr("version 3"));
  EXPECT_THAT(error_of(json, "\"tokens\"", "\"tonkens\""), HasSubstr("unknown value 'tonkens'"));
  EXPECT_THAT(error_of(json, "\"float16\"", "\"float8\""), HasSubstr("unknown value 'float8'"));
  EXPECT_THAT(error_of(json, "\"bf16\"", "\"fp4\""), HasSubstr("unknown value 'fp4'"));
  EXPECT_THAT(error_of(json, "{", "{{"), HasSubstr("not as it should be"));
  EXPECT_THAT(error_of(json, "\"inputs\": 7", "\"inputs\": -7"),
              HasSubstr("-7 is no whole number that fits"));
  EXPECT_THAT(error_of(json, "\"inputs\": 7", "\"inputs\": 1e300"), HasSubstr("no whole number that fits"));
  EXPECT_THROW(read_output_meta(directory / "missing"), FatalError);
  EXPECT_THROW(read_output_meta(directory.path()), FatalError);
}

TEST(Fingerprint, HasAnotherIdForEveryFieldThatDiffers) {
  std::vector<Fingerprint> all(13, some_fingerprint());
  all[1].weights_sha256[63] = 'x';
  all[2].numerics_version += 1;
  all[3].feature = Feature::cls;
  all[4].l2_normalized = false;
  all[5].dtype = ElementType::float32;
  all[6].precision = Precision::fp32;
  all[7].preprocessing.image_size = {33, 33};
  all[8].preprocessing.resample = Resample::box;
  all[9].preprocessing.rescale_factor = std::nextafter(0.1, 1.0);
  all[10].preprocessing.image_mean[2] = std::nextafter(0.3, 1.0);
  all[11].preprocessing.image_std[0] = std::nextafter(0.4, 1.0);
  all[12].exif_orientation_applied = true;
  std::set<std::string> ids;
  for (const Fingerprint& fingerprint : all) {
    EXPECT_EQ(fingerprint.id().size(), 64u);
    ids.insert(fingerprint.id());
  }
  EXPECT_EQ(ids.size(), all.size());
  EXPECT_EQ(some_fingerprint().id(), some_fingerprint().id());
}

/// An id that changes calls every output made before it stale.
TEST(Fingerprint, KeepsItsIdFromVersionToVersion) {
  EXPECT_EQ(Fingerprint{}.id(), "05e7e488132f223199e08a2e48d48ef234fcdfd983995e96893f4907faf6c2e6");
}

}  // namespace
}  // namespace vit_embed
