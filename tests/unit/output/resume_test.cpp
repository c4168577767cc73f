#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "output/publication.h"
#include "small_run.h"

namespace vit_embed {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
namespace fs = std::filesystem;

class ResumeTest : public SmallRun {
 protected:
  /// Damages what a run over `inputs` left after `batches` batches, and requires that the next one goes on
  /// from `done` inputs to the bytes of an uninterrupted run.
  template <class Damage>
  void survives(const std::vector<JournalEntry>& inputs, std::size_t batches, std::uint64_t done,
                Damage damage) {
    const auto whole = uninterrupted(inputs);
    interrupt(inputs, batches);
    damage();
    EXPECT_EQ(resume_and_publish(inputs), done);
    EXPECT_EQ(all_files(), whole);
    for (const auto& [name, content] : all_files()) fs::remove(directory_ / name);
  }

  void append_to(std::string_view name, std::string_view tail) {
    write_file(partial(name), file_content(partial(name)) + std::string(tail));
  }

  void flip(std::string_view name, std::size_t from_end) {
    std::string content = file_content(partial(name));
    content[content.size() - from_end] = static_cast<char>(content[content.size() - from_end] ^ 1);
    write_file(partial(name), content);
  }

  void cut(std::string_view name, std::uint64_t bytes) {
    fs::resize_file(partial(name), fs::file_size(partial(name)) - bytes);
  }
};

TEST_F(ResumeTest, GoesOnToTheBytesOfAnUninterruptedRun) {
  for (const OutputFormat format : {OutputFormat::npy, OutputFormat::csv, OutputFormat::jsonl}) {
    set_features({Feature::cls}, format);
    for (const std::size_t batches : {1u, 2u, 3u}) survives(some_inputs(11), batches, batches * 3, [] {});
    survives(some_inputs(11), 4, 11, [] {});
  }
}

TEST_F(ResumeTest, GoesOnWithSeveralFeaturesAndRowsOfNan) {
  set_features({Feature::cls, Feature::tokens});
  spec_.nan_rows = true;
  record_.on_error = "nan";
  survives(some_inputs(11), 2, 6, [] {});
}

TEST_F(ResumeTest, GoesOnAgainAndAgain) {
  const std::vector<JournalEntry> inputs = some_inputs(11);
  const auto whole = uninterrupted(inputs);
  interrupt(inputs, 1);
  for (std::uint64_t done = 3; done < 9; done += 3) {
    PartialRun run(spec_, log());
    run.resume(record_, planned(inputs), false);
    EXPECT_EQ(run.counts().inputs, done);
    run.write(embedded(inputs, done));
  }
  EXPECT_EQ(resume_and_publish(inputs), 9u);
  EXPECT_EQ(all_files(), whole);
}

TEST_F(ResumeTest, DropsWhatStandsBehindTheLastMark) {
  survives(some_inputs(11), 2, 6,
           [this] { append_to("cls.rows", "garbage of a batch that was not finished"); });
  survives(some_inputs(11), 2, 6, [this] { append_to("index.csv", "9,x\n"); });
  survives(some_inputs(11), 2, 6, [this] { append_to("failures.csv", "x"); });
  survives(some_inputs(11), 2, 6, [this] { append_to("journal", std::string(100, '\0')); });
}

TEST_F(ResumeTest, DropsABatchWhoseRowsAreCutOrChanged) {
  for (const char* name : {"cls.rows", "index.csv", "failures.csv"}) {
    survives(some_inputs(11), 2, 3, [this, name] { cut(name, 1); });
    survives(some_inputs(11), 2, 3, [this, name] { flip(name, 1); });
  }
  survives(some_inputs(11), 3, 6, [this] { flip("cls.rows", 1); });
  survives(some_inputs(11), 3, 0, [this] { flip("cls.rows", 6 * 16); });
}

TEST_F(ResumeTest, SurvivesAJournalThatIsCutAnywhere) {
  const std::vector<JournalEntry> inputs = some_inputs(8);
  const auto whole = uninterrupted(inputs);
  interrupt(inputs, 2);
  const auto left = all_files();
  const std::uint64_t length = fs::file_size(partial("journal"));
  for (std::uint64_t kept = 0; kept <= length; kept += kept + 5 <= length ? 5 : 1) {
    for (const auto& [name, content] : left) write_file(directory_ / name, content);
    fs::resize_file(partial("journal"), kept);
    const std::uint64_t done = resume_and_publish(inputs);
    ASSERT_EQ(all_files(), whole) << kept;
    ASSERT_EQ(done, kept == length ? 6u : done % 3 == 0 && done < 6 ? done : 99u) << kept;
    for (const auto& [name, content] : whole) fs::remove(directory_ / name);
  }
}

TEST_F(ResumeTest, RepairsAHeaderThatNoMarkCovers) {
  for (const OutputFormat format : {OutputFormat::npy, OutputFormat::csv}) {
    set_features({Feature::cls}, format);
    survives(some_inputs(11), 2, 6, [this] {
      std::string content = file_content(partial("cls.rows"));
      content[1] = '\0';
      write_file(partial("cls.rows"), content);
    });
  }
}

/// After a loss of power run.json, which was synced, may stand beside files that were not.
TEST_F(ResumeTest, StartsAnewWhereItsFilesAreGoneOrHaveLostTheirHeaders) {
  for (const char* name : {"cls.rows", "index.csv", "failures.csv"}) {
    survives(some_inputs(11), 2, 0, [this, name] { fs::remove(partial(name)); });
    survives(some_inputs(11), 2, 0, [this, name] { fs::resize_file(partial(name), 3); });
  }
  EXPECT_THAT(logged_, HasSubstr("starting anew"));
}

TEST_F(ResumeTest, KeepsTheBatchesBeforeTheFirstInputThatChanged) {
  const std::vector<JournalEntry> before = some_inputs(11);
  for (std::size_t k = 0; k < 9; ++k) {
    for (int change = 0; change < 5; ++change) {
      std::vector<JournalEntry> now = before;
      if (change == 0) now[k].name += "x";
      if (change == 1) ++now[k].identity.size;
      if (change == 2) ++now[k].identity.mtime_ns;
      if (change == 3) now.erase(now.begin() + static_cast<std::ptrdiff_t>(k));
      if (change == 4) now.insert(now.begin() + static_cast<std::ptrdiff_t>(k), {"new", {}, {}});
      const auto whole = uninterrupted(now);
      interrupt(before, 3);
      logged_.clear();
      ASSERT_EQ(resume_and_publish(now), k / 3 * 3) << k << " " << change;
      ASSERT_EQ(all_files(), whole) << k << " " << change;
      EXPECT_THAT(logged_, HasSubstr("later ones were dropped"));
      for (const auto& [name, content] : whole) fs::remove(directory_ / name);
    }
  }
}

TEST_F(ResumeTest, DropsWhatTheInputsNoLongerHave) {
  const std::vector<JournalEntry> now = some_inputs(4);
  const auto whole = uninterrupted(now);
  interrupt(some_inputs(11), 3);
  EXPECT_EQ(resume_and_publish(now), 3u);
  EXPECT_EQ(all_files(), whole);
}

/// An uninterrupted run has whole batches everywhere but at the end.
TEST_F(ResumeTest, DropsALastShortBatchWhereTheInputsGrew) {
  const std::vector<JournalEntry> now = some_inputs(6);
  const auto whole = uninterrupted(now);
  interrupt(some_inputs(5), 2);
  EXPECT_EQ(resume_and_publish(now), 3u);
  EXPECT_EQ(all_files(), whole);
}

TEST_F(ResumeTest, KeepsALastShortBatchWhereTheInputsAreTheSame) {
  survives(some_inputs(5), 2, 5, [] {});
}

TEST_F(ResumeTest, RefusesOtherOptionsNamingEachAndChangingNothing) {
  const std::vector<JournalEntry> inputs = some_inputs(11);
  interrupt(inputs, 2);
  const auto before = all_files();
  RunRecord other = record_;
  other.batch_size = 8;
  other.fingerprints[0].l2_normalized = true;
  other.on_error = "nan";
  {
    PartialRun run(spec_, log());
    try {
      run.resume(other, planned(inputs), true);
      FAIL() << "other options were let pass";
    } catch (const RefusedError& e) {
      EXPECT_THAT(e.what(), AllOf(HasSubstr("batch_size: 3 then, 8 now"),
                                  HasSubstr("fingerprints.0.l2_normalized: false then, true now"),
                                  HasSubstr("on_error: \"skip\" then, \"nan\" now"), HasSubstr("--restart"),
                                  HasSubstr(spec_.path.native() + ".partial")));
    }
  }
  EXPECT_EQ(all_files(), before);
}

TEST_F(ResumeTest, RefusesAnotherEngineOrInstructionSetUnlessTheyMayMix) {
  const std::vector<JournalEntry> inputs = some_inputs(11);
  for (const bool engine : {false, true}) {
    interrupt(inputs, 2);
    RunRecord other = record_;
    (engine ? other.build.engine : other.build.instruction_set) = "another";
    PartialRun run(spec_, log());
    try {
      run.resume(other, planned(inputs), false);
      FAIL() << "mixed";
    } catch (const RefusedError& e) {
      EXPECT_THAT(e.what(), HasSubstr(engine ? "build.engine" : "build.instruction_set"));
    }
    run.resume(other, planned(inputs), true);
    EXPECT_EQ(run.counts().inputs, 6u);
    EXPECT_THAT(logged_, HasSubstr("another build"));
    run.discard();
  }
}

TEST_F(ResumeTest, AnotherNumberOfThreadsIsRefusedUnlessTheRowsDoNotDependOnIt) {
  const std::vector<JournalEntry> inputs = some_inputs(11);
  for (const bool native : {false, true}) {
    if (native) record_.build.engine = "native";
    interrupt(inputs, 2);
    RunRecord other = record_;
    other.num_threads = 7;
    PartialRun run(spec_, log());
    if (native) {
      run.resume(other, planned(inputs), false);
      EXPECT_EQ(run.counts().inputs, 6u);
      EXPECT_THAT(logged_, Not(HasSubstr("num_threads")));
    } else {
      EXPECT_THROW(run.resume(other, planned(inputs), false), RefusedError);
      run.discard();
    }
  }
}

/// Its rows do not depend on it, but the journal's batches are cut by it.
TEST_F(ResumeTest, AnotherBatchSizeIsRefusedOfTheNativeEngineToo) {
  record_.build.engine = "native";
  interrupt(some_inputs(11), 2);
  RunRecord other = record_;
  other.batch_size = 4;
  PartialRun run(spec_, log());
  EXPECT_THROW(run.resume(other, planned(some_inputs(11)), false), RefusedError);
}

TEST_F(ResumeTest, LetsOtherLibrariesPassAndSaysSo) {
  const std::vector<JournalEntry> inputs = some_inputs(11);
  interrupt(inputs, 2);
  RunRecord other = record_;
  other.build.libraries["LibTorch"] = "2.6";
  other.build.tool_version = "0.2.0";
  PartialRun run(spec_, log());
  run.resume(other, planned(inputs), false);
  EXPECT_EQ(run.counts().inputs, 6u);
  EXPECT_THAT(logged_, AllOf(HasSubstr("build.libraries.LibTorch: \"1.13.1\" then, \"2.6\" now"),
                             HasSubstr("build.tool_version"), HasSubstr("going on from 6 inputs")));
}

TEST_F(ResumeTest, CountsTheFailuresDoneBefore) {
  const std::vector<JournalEntry> inputs = some_inputs(11);
  interrupt(inputs, 3);  // 3 and 8 are bad, 6 is gone
  PartialRun run(spec_, log());
  run.resume(record_, planned(inputs), false);
  EXPECT_EQ(run.counts().inputs, 9u);
  EXPECT_EQ(run.counts().rows, 6u);
  EXPECT_EQ(run.counts().permanent_failures, 2u);
  EXPECT_EQ(run.counts().transient_failures, 1u);
}

TEST_F(ResumeTest, ARecordThatCannotBeReadIsSaid) {
  interrupt(some_inputs(11), 2);
  write_file(partial("run.json"), "{");
  PartialRun run(spec_, log());
  EXPECT_THROW(run.resume(record_, planned(some_inputs(11)), false), FatalError);
}

TEST_F(ResumeTest, GoesOnFromAPublicationThatDidNotGetToItsMarker) {
  const std::vector<JournalEntry> inputs = some_inputs(8);
  const auto whole = uninterrupted(inputs);
  {
    PartialRun run(spec_, log());
    run.begin(record_);
    write_rest(run, inputs);
    fs::create_directories(partial("complete/in the way"));
    EXPECT_THROW(run.publish(info_), FatalError);
  }
  EXPECT_FALSE(fs::exists(spec_.path));
  fs::remove_all(partial("complete"));
  EXPECT_EQ(resume_and_publish(inputs), 8u);
  EXPECT_EQ(all_files(), whole);
}

/// The same, but the failures of the first attempt are none any more: its failure list must not be published.
TEST_F(ResumeTest, DoesNotPublishTheFailureListOfAnEarlierAttempt) {
  std::vector<JournalEntry> inputs = some_inputs(5);
  {
    PartialRun run(spec_, log());
    run.begin(record_);
    write_rest(run, inputs);
    fs::create_directories(partial("complete/in the way"));
    EXPECT_THROW(run.publish(info_), FatalError);
  }
  ASSERT_TRUE(fs::exists(partial("cls.failures.csv")));
  fs::remove_all(partial("complete"));
  inputs[3].name = "repaired";
  EXPECT_EQ(resume_and_publish(inputs), 3u);
  EXPECT_FALSE(fs::exists(spec_.path.native() + ".failures.csv"));
}

}  // namespace
}  // namespace vit_embed
