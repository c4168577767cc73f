#include "formats/run_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

RunRecord some_record() {
  RunRecord record;
  record.format = "npy";
  record.fingerprints.resize(2);
  record.fingerprints[0].weights_sha256 = "aa";
  record.fingerprints[1].weights_sha256 = "aa";
  record.fingerprints[1].feature = Feature::pooler;
  record.batch_size = 8;
  record.num_threads = 2;
  record.on_error = "skip";
  record.build = {"0.1.0", "torchscript", "avx2", {{"LibTorch", "1.13.1"}}};
  return record;
}

TEST(RunRecord, ReadsBackFromItsFile) {
  const TemporaryDirectory directory;
  write_file(directory / "run.json", to_json(some_record()));
  const RunRecord read = read_run_record(directory / "run.json");
  EXPECT_THAT(differences(some_record(), read), IsEmpty());
  EXPECT_EQ(read.fingerprints, some_record().fingerprints);
  EXPECT_EQ(read.build, some_record().build);
  EXPECT_EQ(read.batch_size, 8u);
  EXPECT_EQ(read.num_threads, 2);
  EXPECT_EQ(read.on_error, "skip");
  EXPECT_EQ(read.format, "npy");
}

TEST(RunRecord, SaysEveryDifference) {
  RunRecord now = some_record();
  now.batch_size = 4;
  now.num_threads = 1;
  now.on_error = "nan";
  now.format = "csv";
  now.fingerprints[1].dtype = ElementType::float16;
  now.fingerprints[0].preprocessing.image_std[2] = 0.25;
  now.build.instruction_set = "avx512";
  now.build.libraries = {{"LibTorch", "1.13.1"}, {"oneDNN", "2.6.3"}};
  EXPECT_THAT(
      differences(some_record(), now),
      UnorderedElementsAre("batch_size: 8 then, 4 now", "num_threads: 2 then, 1 now",
                           "on_error: \"skip\" then, \"nan\" now", "format: \"npy\" then, \"csv\" now",
                           "fingerprints.1.dtype: \"float32\" then, \"float16\" now",
                           "fingerprints.0.preprocessing.image_std.2: 0.5 then, 0.25 now",
                           "build.instruction_set: \"avx2\" then, \"avx512\" now",
                           "build.libraries.oneDNN: absent then, \"2.6.3\" now"));
}

TEST(RunRecord, TheNumberOfThreadsMattersWithinOneEngineThatIsNotTheNativeOne) {
  RunRecord native = some_record();
  native.build.engine = "native";
  EXPECT_TRUE(rows_follow_threads(some_record(), some_record()));
  EXPECT_FALSE(rows_follow_threads(native, native));
  EXPECT_FALSE(rows_follow_threads(some_record(), native));
}

TEST(RunRecord, SaysWhichFeatureIsMissing) {
  RunRecord now = some_record();
  now.fingerprints.pop_back();
  EXPECT_THAT(differences(some_record(), now),
              ::testing::Contains("fingerprints.1.feature: \"pooler\" then, absent now"));
  EXPECT_THAT(differences(now, some_record()),
              ::testing::Contains("fingerprints.1.feature: absent then, \"pooler\" now"));
}

TEST(RunRecord, ErrorsNameTheFile) {
  const TemporaryDirectory directory;
  const auto error_of = [&directory](const std::string& text) {
    write_file(directory / "run.json", text);
    try {
      read_run_record(directory / "run.json");
    } catch (const FatalError& e) {
      EXPECT_THAT(e.what(), HasSubstr((directory / "run.json").native()));
      return std::string(e.what());
    }
    return std::string("no error");
  };
  EXPECT_THAT(error_of(""), HasSubstr("not as it should be"));
  EXPECT_THAT(error_of("{\"format_version\": 2}"), HasSubstr("version 2"));
  EXPECT_THAT(error_of("{\"format_version\": 1}"), HasSubstr("'format'"));
}

}  // namespace
}  // namespace vit_embed
