#include "output/publication.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "small_run.h"

namespace vit_embed {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

/// A run that died after it was complete and before any of its files had its name.
class PublicationTest : public SmallRun {
 protected:
  /// Leaves X.partial complete: the first step of the publication, removing the old meta, is made to fail.
  void complete(const std::vector<JournalEntry>& inputs) {
    const OutputFiles first = published_files(
        output_path(spec_.path, spec_.features[0].fingerprint.feature, spec_.features.size() > 1));
    fs::create_directories(first.meta / "in the way");
    {
      PartialRun run(spec_, log());
      run.begin(record_);
      write_rest(run, inputs);
      EXPECT_THROW(run.publish(info_), FatalError);
    }
    fs::remove_all(first.meta);
    ASSERT_TRUE(fs::exists(partial("complete")));
  }

  /// Everything the publication does, in its order, a step an entry.
  std::vector<std::function<void()>> steps() const {
    std::vector<std::function<void()>> all;
    for (const FeatureSpec& feature : spec_.features) {
      const Feature f = feature.fingerprint.feature;
      const OutputFiles from = partial_files(spec_.path, f);
      const OutputFiles to = published_files(output_path(spec_.path, f, spec_.features.size() > 1));
      all.emplace_back([to] { fs::remove(to.meta); });
      const auto rename = [&all](const fs::path& a, const fs::path& b) {
        all.emplace_back([a, b] {
          if (fs::exists(a)) fs::rename(a, b);
        });
      };
      rename(from.rows, to.rows);
      rename(from.index, to.index);
      if (!fs::exists(from.failures)) all.emplace_back([to] { fs::remove(to.failures); });
      rename(from.failures, to.failures);
      rename(from.meta, to.meta);
    }
    for (const char* name : {"journal", "complete", "lock", "run.json", "index.csv", "failures.csv"}) {
      all.emplace_back([path = partial(name)] { fs::remove(path); });
    }
    return all;
  }

  /// Kills the publication of `now` over that of `before` between any two of its steps.
  void is_finished_from_every_step(const std::vector<JournalEntry>& before,
                                   const std::vector<JournalEntry>& now) {
    const auto whole = uninterrupted(now);
    run_whole(before);
    auto left = all_files();
    for (const auto& [name, content] : left) fs::remove(directory_ / name);
    complete(now);
    left.merge(all_files());
    const std::size_t count = steps().size();
    for (std::size_t n = 0; n <= count; ++n) {
      const std::string where = "after step " + std::to_string(n);
      fs::remove_all(partial_directory(spec_.path));
      for (const auto& [name, content] : all_files()) fs::remove(directory_ / name);
      for (const auto& [name, content] : left) write_file(directory_ / name, content);
      const auto all_steps = steps();
      for (std::size_t i = 0; i < n; ++i) all_steps[i]();
      expect_no_false_output(where);
      { const PartialRun next(spec_, log()); }
      ASSERT_EQ(all_files(), whole) << where;
      ASSERT_FALSE(fs::exists(partial_directory(spec_.path))) << where;
    }
  }

  /// Wherever a meta stands, it is that of the rows beside it.
  void expect_no_false_output(const std::string& where) const {
    for (const FeatureSpec& feature : spec_.features) {
      const OutputFiles files =
          published_files(output_path(spec_.path, feature.fingerprint.feature, spec_.features.size() > 1));
      if (!fs::exists(files.meta)) continue;
      const OutputMeta meta = read_output_meta(files.meta);
      EXPECT_EQ(sha256_hex_of_file(files.rows, spec_.format == OutputFormat::npy ? 128 : 0), meta.rows_sha256)
          << where;
      const std::string index = meta.index_sha256.empty() ? "" : sha256_hex_of_file(files.index);
      EXPECT_EQ(index, meta.index_sha256) << where;
      EXPECT_EQ(fs::exists(files.failures), meta.failures() > 0) << where;
    }
  }
};

TEST_F(PublicationTest, KilledBetweenAnyTwoStepsIsFinishedByTheNextRun) {
  is_finished_from_every_step(some_inputs(2), some_inputs(8));
  is_finished_from_every_step(some_inputs(8), some_inputs(2));
}

TEST_F(PublicationTest, OfSeveralFeaturesKilledBetweenAnyTwoStepsIsFinishedByTheNextRun) {
  set_features({Feature::cls, Feature::tokens});
  is_finished_from_every_step(some_inputs(8), some_inputs(9));
}

TEST_F(PublicationTest, OfTextKilledBetweenAnyTwoStepsIsFinishedByTheNextRun) {
  set_features({Feature::cls, Feature::mean}, OutputFormat::csv);
  is_finished_from_every_step(some_inputs(8), some_inputs(9));
}

TEST_F(PublicationTest, IsFinishedWhenWhatStoodInItsWayIsGone) {
  const std::vector<JournalEntry> inputs = some_inputs(8);
  const auto whole = uninterrupted(inputs);
  const OutputFiles to = published_files(spec_.path);
  for (const fs::path& target : {to.rows, to.index, to.failures}) {
    fs::create_directories(target / "in the way");
    {
      PartialRun run(spec_, log());
      run.begin(record_);
      write_rest(run, inputs);
      EXPECT_THROW(run.publish(info_), FatalError);
    }
    EXPECT_FALSE(fs::exists(to.meta)) << "an output that is not whole has its commit record";
    EXPECT_THROW(PartialRun(spec_, log()), FatalError) << target;
    EXPECT_TRUE(fs::exists(partial("complete")));
    fs::remove_all(target);
    logged_.clear();
    { const PartialRun next(spec_, log()); }
    EXPECT_THAT(logged_, HasSubstr("finished the publication"));
    EXPECT_EQ(all_files(), whole);
    for (const auto& [name, content] : whole) fs::remove(directory_ / name);
  }
}

TEST_F(PublicationTest, DoesNothingWhereThereIsNothingToFinish) {
  EXPECT_FALSE(finish_publication(spec_.path));
  interrupt(some_inputs(8), 2);
  const auto before = all_files();
  EXPECT_FALSE(finish_publication(spec_.path));
  EXPECT_EQ(all_files(), before);
}

TEST_F(PublicationTest, TheRunThatFinishesAnOlderOneCanBeginItsOwn) {
  complete(some_inputs(8));
  const std::vector<JournalEntry> inputs = some_inputs(4);
  PartialRun run(spec_, log());
  EXPECT_FALSE(run.has_earlier_run());
  EXPECT_THROW(PartialRun(spec_, log()), BusyError) << "the lock went with the finished run";
  run.begin(record_);
  write_rest(run, inputs);
  run.publish(info_);
  EXPECT_EQ(read_output_meta(published_files(spec_.path).meta).inputs, 4u);
}

TEST_F(PublicationTest, ReadsTheMetasOfEveryFeature) {
  set_features({Feature::cls, Feature::mean});
  EXPECT_FALSE(read_published(spec_));
  run_whole(some_inputs(8));
  const auto metas = read_published(spec_);
  ASSERT_TRUE(metas);
  ASSERT_EQ(metas->size(), 2u);
  EXPECT_EQ(metas->at(1).fingerprint.feature, Feature::mean);
}

}  // namespace
}  // namespace vit_embed
