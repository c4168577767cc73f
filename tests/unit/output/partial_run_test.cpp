#include "output/partial_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "base/error.h"
#include "formats/csv.h"
#include "formats/meta.h"
#include "formats/npy.h"
#include "output/publication.h"
#include "small_run.h"

namespace vit_embed {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::UnorderedElementsAre;
namespace fs = std::filesystem;

using PartialRunTest = SmallRun;

std::vector<std::vector<std::string>> csv_of(const fs::path& path) {
  CsvReader reader(path);
  std::vector<std::vector<std::string>> records;
  while (auto record = reader.next()) records.push_back(std::move(*record));
  return records;
}

TEST_F(PartialRunTest, PublishesRowsIndexFailuresAndMeta) {
  const std::vector<JournalEntry> inputs = some_inputs(8);  // 3 is bad, 6 is gone
  run_whole(inputs);
  const fs::path output = spec_.path;
  EXPECT_THAT(all_files(), UnorderedElementsAre(Key("photos.npy"), Key("photos.npy.index.csv"),
                                                Key("photos.npy.failures.csv"), Key("photos.npy.meta.json")));
  const OutputMeta meta = read_output_meta(output.native() + ".meta.json");
  EXPECT_EQ(meta.inputs, 8u);
  EXPECT_EQ(meta.rows, 6u);
  EXPECT_EQ(meta.permanent_failures, 1u);
  EXPECT_EQ(meta.transient_failures, 1u);
  EXPECT_THAT(meta.shape, ElementsAre(6, 4));
  EXPECT_FALSE(meta.nan_rows);
  EXPECT_EQ(meta.format, "npy");
  EXPECT_EQ(meta.model_source, "a model");
  EXPECT_EQ(meta.model_revision, "c0ffee");
  EXPECT_EQ(meta.fingerprint, spec_.features[0].fingerprint);
  EXPECT_EQ(meta.build, record_.build);
  EXPECT_EQ(meta.rows_sha256, sha256_hex_of_file(output, 128));
  EXPECT_EQ(meta.index_sha256, sha256_hex_of_file(output.native() + ".index.csv"));
  InputsDigest digest;
  for (const JournalEntry& input : inputs) digest.add(input.name, input.identity);
  EXPECT_EQ(meta.inputs_digest, digest.hex_digest());

  const NpyDescription npy = read_npy_header(output);
  EXPECT_THAT(npy.shape, ElementsAre(6, 4));
  EXPECT_TRUE(npy.is_complete());
  const auto index = csv_of(output.native() + ".index.csv");
  ASSERT_EQ(index.size(), 7u);
  EXPECT_THAT(index[0], ElementsAre("row", "path"));
  EXPECT_THAT(index[4], ElementsAre("3", inputs[4].name));
  EXPECT_THAT(index[6], ElementsAre("5", inputs[7].name));
  const auto failures = csv_of(output.native() + ".failures.csv");
  ASSERT_EQ(failures.size(), 3u);
  EXPECT_THAT(failures[0], ElementsAre("path", "reason", "kind"));
  EXPECT_THAT(failures[1], ElementsAre(inputs[3].name, "not an image, \"at all\"", "permanent"));
  EXPECT_THAT(failures[2], ElementsAre(inputs[6].name, "no such file", "transient"));

  const std::string content = file_content(output);
  float value = 0;
  std::memcpy(&value, content.data() + 128 + (3 * 4 + 1) * sizeof(float), sizeof(value));
  EXPECT_EQ(value, 104 + 0.01f) << "row 3 is that of the fifth input, as the fourth failed";
}

TEST_F(PartialRunTest, ARunWithoutFailuresHasNoFailureList) {
  write_file(spec_.path.native() + ".failures.csv", "of an older output");
  run_whole(some_inputs(3));
  EXPECT_FALSE(fs::exists(spec_.path.native() + ".failures.csv"));
}

TEST_F(PartialRunTest, FailedInputsHaveRowsOfNanWhereAskedFor) {
  for (const OutputFormat format : {OutputFormat::npy, OutputFormat::csv, OutputFormat::jsonl}) {
    set_features({Feature::cls}, format);
    spec_.nan_rows = true;
    run_whole(some_inputs(8));
    const OutputMeta meta = read_output_meta(spec_.path.native() + ".meta.json");
    EXPECT_EQ(meta.inputs, 8u);
    EXPECT_EQ(meta.rows, 8u);
    EXPECT_EQ(meta.failures(), 2u);
    EXPECT_TRUE(meta.nan_rows);
    EXPECT_TRUE(fs::exists(spec_.path.native() + ".failures.csv"))
        << "a failure with a row is a failure still";
  }
  EXPECT_THAT(file_content(directory_ / "photos.csv"), HasSubstr("\"bad3,\"\".jpg\",nan,nan,nan,nan\n"));
  EXPECT_THAT(file_content(directory_ / "photos.jsonl"),
              HasSubstr("{\"path\":\"bad3,\\\".jpg\",\"embedding\":null}\n"));
  EXPECT_THAT(csv_of(directory_ / "photos.npy.index.csv")[4], ElementsAre("3", "bad3,\".jpg"));
  EXPECT_TRUE(read_npy_header(directory_ / "photos.npy").is_complete());
}

TEST_F(PartialRunTest, TextOutputsCarryTheirNamesAndHaveNoIndex) {
  set_features({Feature::cls}, OutputFormat::csv);
  run_whole(some_inputs(2));
  EXPECT_THAT(all_files(), UnorderedElementsAre(Key("photos.csv"), Key("photos.csv.meta.json")));
  EXPECT_EQ(file_content(spec_.path),
            "path,f0,f1,f2,f3\n"
            "\"image0,\"\".jpg\",100,100.01,100.02,100.03\n"
            "\"image1,\"\".jpg\",101,101.01,101.02,101.03\n");
  const OutputMeta meta = read_output_meta(spec_.path.native() + ".meta.json");
  EXPECT_EQ(meta.index_sha256, "");
  EXPECT_EQ(meta.rows_sha256, sha256_hex_of_file(spec_.path));
}

TEST_F(PartialRunTest, SeveralFeaturesHaveAnOutputEach) {
  set_features({Feature::pooler, Feature::tokens});
  run_whole(some_inputs(8));
  EXPECT_EQ(all_files().size(), 8u);
  EXPECT_THAT(read_npy_header(directory_ / "photos.pooler.npy").shape, ElementsAre(6, 4));
  EXPECT_THAT(read_npy_header(directory_ / "photos.tokens.npy").shape, ElementsAre(6, 2, 4));
  EXPECT_EQ(file_content(directory_ / "photos.pooler.npy.index.csv"),
            file_content(directory_ / "photos.tokens.npy.index.csv"));
  EXPECT_EQ(read_output_meta(directory_ / "photos.tokens.npy.meta.json").fingerprint.feature,
            Feature::tokens);
  EXPECT_NE(read_output_meta(directory_ / "photos.tokens.npy.meta.json").rows_sha256,
            read_output_meta(directory_ / "photos.pooler.npy.meta.json").rows_sha256);
}

TEST_F(PartialRunTest, AnOlderOutputStandsUntilTheNewOneIsPublished) {
  run_whole(some_inputs(8));
  const std::map<std::string, std::string> old = all_files();
  const std::vector<JournalEntry> inputs = some_inputs(2);
  {
    PartialRun run(spec_, log());
    run.begin(record_);
    write_rest(run, inputs);
    for (const auto& [name, content] : old) EXPECT_EQ(file_content(directory_ / name), content);
    run.publish(info_);
  }
  EXPECT_THAT(read_npy_header(spec_.path).shape, ElementsAre(2, 4));
  EXPECT_EQ(all_files().size(), 3u) << "the older failure list is gone";
}

TEST_F(PartialRunTest, AllFailedPublishesNoRows) {
  run_whole({{"bad", {1, 1}, {}}, {"gone", {}, {}}});
  EXPECT_THAT(read_npy_header(spec_.path).shape, ElementsAre(0, 4));
  EXPECT_TRUE(read_npy_header(spec_.path).is_complete());
  EXPECT_EQ(file_content(spec_.path.native() + ".index.csv"), "row,path\n");
}

TEST_F(PartialRunTest, LeavesACopyOfTheFailureListWhereAskedFor) {
  info_.failures_copy = directory_ / "why.csv";
  run_whole(some_inputs(8));
  EXPECT_EQ(file_content(directory_ / "why.csv"), file_content(spec_.path.native() + ".failures.csv"));
  run_whole(some_inputs(2));
  EXPECT_EQ(file_content(directory_ / "why.csv"), "path,reason,kind\n") << "the copy is there for the asking";
}

TEST_F(PartialRunTest, ASecondRunIsTold) {
  PartialRun run(spec_, log());
  EXPECT_THROW(PartialRun(spec_, log()), BusyError);
  run.begin(record_);
  EXPECT_THROW(PartialRun(spec_, log()), BusyError);
  EXPECT_TRUE(run.has_earlier_run()) << "the refused run removed what is not its own";
}

TEST_F(PartialRunTest, LeavesNoTraceWhereNothingWasDone) {
  { PartialRun run(spec_, log()); }
  EXPECT_TRUE(fs::is_empty(directory_.path()));
  {
    PartialRun run(spec_, log());
    run.begin(record_);
  }
  EXPECT_TRUE(fs::is_empty(directory_.path()));
}

TEST_F(PartialRunTest, KeepsWhatWasDone) {
  interrupt(some_inputs(8), 1);
  EXPECT_TRUE(fs::exists(partial("journal")));
  EXPECT_FALSE(fs::exists(spec_.path));
  { PartialRun run(spec_, log()); }  // one that ends before it takes the earlier run up
  EXPECT_TRUE(fs::exists(partial("journal")));
}

TEST_F(PartialRunTest, DiscardDropsAllButTheLock) {
  interrupt(some_inputs(8), 2);
  PartialRun run(spec_, log());
  ASSERT_TRUE(run.has_earlier_run());
  run.discard();
  EXPECT_FALSE(run.has_earlier_run());
  EXPECT_THAT(all_files(), ElementsAre(Key("photos.npy.partial/lock")));
}

TEST_F(PartialRunTest, BeginDropsWhatAnEarlierRunLeft) {
  const auto whole = uninterrupted(some_inputs(4));
  interrupt(some_inputs(8), 2);
  {
    PartialRun run(spec_, log());
    run.begin(record_);
    write_rest(run, some_inputs(4));
    run.publish(info_);
  }
  EXPECT_EQ(all_files(), whole);
}

TEST_F(PartialRunTest, SaysWhereItsDirectoryCannotBeMade) {
  spec_.path = directory_ / "missing" / "photos.npy";
  try {
    PartialRun run(spec_, log());
    FAIL() << "no error";
  } catch (const FatalError& e) {
    EXPECT_THAT(e.what(), AllOf(HasSubstr("creating"), HasSubstr("missing/photos.npy.partial")));
  }
}

TEST_F(PartialRunTest, AsksForSpace) {
  PartialRun run(spec_, log());
  EXPECT_NO_THROW(run.require_space(1));
  try {
    run.require_space(std::uint64_t{1} << 50);
    FAIL() << "a petabyte was found";
  } catch (const FatalError& e) {
    EXPECT_THAT(e.what(), AllOf(HasSubstr("photos.npy"), HasSubstr("GiB")));
  }
}

TEST_F(PartialRunTest, IsUpToDateOnlyWithTheSameInputsAndOptions) {
  const std::vector<JournalEntry> inputs = some_inputs(8);
  InputsDigest digest;
  for (const JournalEntry& input : inputs) digest.add(input.name, input.identity);
  const std::string id = digest.hex_digest();
  set_features({Feature::cls, Feature::mean});
  EXPECT_FALSE(find_up_to_date(spec_, id));
  run_whole(inputs);
  EXPECT_TRUE(find_up_to_date(spec_, id));
  EXPECT_FALSE(find_up_to_date(spec_, "another digest"));

  OutputSpec other = spec_;
  other.features[1].fingerprint.l2_normalized = true;
  EXPECT_FALSE(find_up_to_date(other, id));
  other = spec_;
  other.nan_rows = true;
  EXPECT_FALSE(find_up_to_date(other, id));
  other = spec_;
  other.format = OutputFormat::csv;
  EXPECT_FALSE(find_up_to_date(other, id));
  other = spec_;
  other.features.pop_back();
  EXPECT_FALSE(find_up_to_date(other, id)) << "one feature has another name";
  ASSERT_TRUE(find_up_to_date(spec_, id));

  const auto files = all_files();
  for (const auto& [name, content] : files) {
    if (name.ends_with("failures.csv")) continue;
    fs::remove(directory_ / name);
    EXPECT_FALSE(find_up_to_date(spec_, id)) << name << " is missing";
    write_file(directory_ / name, content.substr(0, content.size() / 2));
    EXPECT_EQ(find_up_to_date(spec_, id).has_value(), name.ends_with("index.csv")) << name << " is cut";
    write_file(directory_ / name, content);
    ASSERT_TRUE(find_up_to_date(spec_, id));
  }
}

}  // namespace
}  // namespace vit_embed
