#include "sync/sync.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstring>
#include <fstream>
#include <map>
#include <thread>

#include "base/error.h"
#include "base/file_lock.h"
#include "fake_runtime.h"
#include "formats/csv.h"
#include "formats/npy.h"
#include "store/store_directory.h"

namespace vit_embed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
namespace fs = std::filesystem;

class RecordingObserver : public RunObserver {
 public:
  void on_start(std::optional<std::uint64_t>, const RunCounts&) override {
    if (on_start_) on_start_();
  }
  void on_failure(const std::string& name, const InputFailure& failure) override {
    failures_.push_back(fs::path(name).filename().native() + ": " + failure.reason);
  }
  void on_batch(const RunCounts&) override {
    ++batches_;
    if (on_batch_) on_batch_(batches_);
  }

  std::vector<std::string> failures_;
  std::size_t batches_ = 0;
  std::function<void()> on_start_;
  std::function<void(std::size_t)> on_batch_;
};

/// What a reader has of a generation: by its path relative to the folder, the first number of a file's row.
using Rows = std::map<std::string, float>;

class SyncTest : public FakeRun {
 protected:
  SyncTest() {
    sync_.store = directory_ / "store";
    sync_.roots.folders = {photos().native()};
    sync_.settling_time = std::chrono::seconds(0);
    sync_.embedding = options_;
    prepare_ = [this](FakeModel& model) {
      model.on_encode_ = [this, &model](std::size_t) {
        for (const int image : model.batches_.back()) embedded_.push_back(image);
        if (on_encode_) on_encode_();
      };
    };
  }

  fs::path photos() const { return directory_ / "photos"; }
  void put(const std::string& name, const std::string& content) {
    write_file(photos() / name, content);
    // Files that are written within one tick of the clock would have one stamp.
    fs::last_write_time(photos() / name, fs::file_time_type::clock::now() - std::chrono::hours(++hours_));
  }

  SyncReport run() {
    embedded_.clear();
    observer_ = {};
    observer_.on_batch_ = on_batch_;
    observer_.on_start_ = on_start_;
    return sync(
        sync_, opener(), observer_, [this](LogLevel, std::string_view m) { logged_ += m; },
        stop_.get_token());
  }

  /// A run that is stopped once a batch is written.
  SyncReport run_stopped_early() {
    on_batch_ = [this](std::size_t) { stop_.request_stop(); };
    SyncReport report = run();
    stop_ = {};
    on_batch_ = {};
    return report;
  }

  template <class Kind>
  std::string error_of_run() {
    try {
      run();
    } catch (const Kind& error) {
      return error.what();
    }
    return "no such error";
  }

  fs::path current() const { return *StoreDirectory(sync_.store).current(); }

  Rows rows_of(const fs::path& generation) const {
    const GenerationFiles files(generation);
    const NpyDescription npy = read_npy_header(files.embeddings);
    const std::string bytes = file_content(files.embeddings);
    Rows rows;
    CsvReader index(files.index);
    index.next();
    while (const auto record = index.next()) {
      const std::uint64_t row = std::stoull((*record)[0]);
      EXPECT_LT(row, npy.shape[0]) << (*record)[2];
      float value = 0;
      std::memcpy(&value, bytes.data() + npy.header_length + row * npy.shape[1] * sizeof(float),
                  sizeof value);
      rows[(*record)[2]] = value;
    }
    return rows;
  }
  Rows rows() const { return rows_of(current()); }
  std::uint64_t row_count() const { return read_npy_header(GenerationFiles(current()).embeddings).shape[0]; }

  /// What every row is, if each is that of its file.
  Rows fresh_rows() const {
    Rows rows;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(photos())) {
      if (!entry.is_regular_file()) continue;
      const std::string content = file_content(entry.path());
      if (content.find_first_not_of("0123456789") != std::string::npos) continue;
      rows[entry.path().lexically_relative(photos()).native()] =
          FakeModel::row_value(std::stoi(content), sync_.embedding.features.front(), 0);
    }
    return rows;
  }

  /// Of every file below, by its path; what a run that changes nothing leaves as it is.
  std::map<std::string, std::string> contents_of(const fs::path& directory) const {
    std::map<std::string, std::string> contents;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(directory)) {
      if (entry.is_regular_file() && entry.path().filename() != "lock")
        contents[entry.path().native()] = file_content(entry.path());
    }
    return contents;
  }

  /// By two hours.
  void make_link_older(const char* name) const {
    const timespec then[2] = {{::time(nullptr) - 7200, 0}, {::time(nullptr) - 7200, 0}};
    ASSERT_EQ(::utimensat(AT_FDCWD, (sync_.store / name).c_str(), then, AT_SYMLINK_NOFOLLOW), 0);
  }

  void write_other_model() {
    ModelMetadata metadata = FakeModel::some_metadata();
    metadata.weights_sha256 = std::string(64, 'a');
    write_model(metadata);
  }

  SyncOptions sync_;
  RecordingObserver observer_;
  std::vector<int> embedded_;  ///< by the last run
  std::function<void()> on_start_;
  std::function<void()> on_encode_;
  std::function<void(std::size_t)> on_batch_;
  std::string logged_;
  int hours_ = 0;
};

TEST_F(SyncTest, AFirstRunEmbedsEveryImage) {
  make_images(7);
  put("sub/x.jpg", "50");
  const SyncReport report = run();
  EXPECT_EQ(report.counts.added, 8);
  EXPECT_EQ(rows(), fresh_rows());
  EXPECT_THAT(rows(), SizeIs(8));
  EXPECT_FALSE(report.migrating);
}

TEST_F(SyncTest, ARunWithNothingToDoOpensNeitherRuntimeNorImages) {
  make_images(5);
  run();
  const std::string index = file_content(GenerationFiles(current()).index);
  const std::string embeddings = file_content(GenerationFiles(current()).embeddings);
  opened_ = 0;
  const SyncReport report = run();
  EXPECT_EQ(opened_, 0);
  EXPECT_EQ(report.unchanged, 5);
  EXPECT_EQ(report.planned, 0);
  EXPECT_EQ(report.counts, ChangeCounts{});
  EXPECT_EQ(file_content(GenerationFiles(current()).index), index);
  EXPECT_EQ(file_content(GenerationFiles(current()).embeddings), embeddings);
}

TEST_F(SyncTest, AFileThatWasChangedOnlyJustNowIsLookedAtAgainButNotEmbeddedAgain) {
  sync_.settling_time = std::chrono::seconds(2);
  make_images(3);
  run();
  const SyncReport report = run();
  EXPECT_EQ(report.planned, 3);
  EXPECT_THAT(embedded_, IsEmpty());
  EXPECT_EQ(report.counts, ChangeCounts{});
  EXPECT_EQ(rows(), fresh_rows());
}

TEST_F(SyncTest, AFileFromTheFutureIsLookedAtOnce) {
  sync_.settling_time = std::chrono::seconds(1);
  make_images(1);
  fs::last_write_time(image_path(0), fs::file_time_type::clock::now() + std::chrono::hours(24));
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // its ctime is of today
  run();
  EXPECT_EQ(run().planned, 0);
}

TEST_F(SyncTest, TheModelsNewPathIsRemembered) {
  make_images(1);
  run();
  fs::rename(directory_ / "model.pt", directory_ / "moved.pt");
  sync_.embedding.model = directory_ / "moved.pt";
  run();
  const Manifest manifest(GenerationFiles(current()).manifest, ManifestAccess::read);
  EXPECT_EQ(manifest.info().model_path, (directory_ / "moved.pt").native());
}

TEST_F(SyncTest, OnlyWhatChangedIsEmbeddedAgain) {
  make_images(5);
  run();
  put("03.jpg", "33");
  const SyncReport report = run();
  EXPECT_THAT(embedded_, ElementsAre(33));
  EXPECT_EQ(report.counts.changed, 1);
  EXPECT_EQ(report.unchanged, 4);
  EXPECT_EQ(rows(), fresh_rows());
}

TEST_F(SyncTest, AFileThatWasOnlyTouchedKeepsItsRow) {
  make_images(3);
  run();
  put("01.jpg", "1");
  const SyncReport report = run();
  EXPECT_THAT(embedded_, IsEmpty());
  EXPECT_EQ(report.counts, ChangeCounts{});
  EXPECT_EQ(run().planned, 0);
}

TEST_F(SyncTest, ARenamedFileKeepsItsRow) {
  make_images(4);
  run();
  fs::rename(image_path(2), photos() / "zz.jpg");
  const SyncReport report = run();
  EXPECT_THAT(embedded_, IsEmpty());
  EXPECT_EQ(report.counts.renamed, 1);
  EXPECT_EQ(report.counts.deleted, 0);
  EXPECT_EQ(report.counts.added, 0);
  EXPECT_EQ(rows(), fresh_rows());
  EXPECT_EQ(row_count(), 4);
}

TEST_F(SyncTest, AFileRenamedOverAnotherIsAChangeAndADeletion) {
  make_images(4);
  run();
  fs::rename(image_path(2), image_path(3));
  const SyncReport report = run();
  EXPECT_THAT(embedded_, IsEmpty());
  EXPECT_EQ(report.counts.changed, 1);
  EXPECT_EQ(report.counts.deleted, 1);
  EXPECT_EQ(rows(), fresh_rows());
}

TEST_F(SyncTest, ADeletedFileLeavesTheIndexAndComesBackWithoutAForward) {
  make_images(4);
  run();
  fs::remove(image_path(1));
  EXPECT_EQ(run().counts.deleted, 1);
  EXPECT_EQ(rows(), fresh_rows());
  EXPECT_THAT(rows(), SizeIs(3));
  put("01.jpg", "1");
  EXPECT_EQ(run().counts.revived, 1);
  EXPECT_THAT(embedded_, IsEmpty());
  EXPECT_EQ(rows(), fresh_rows());
  fs::remove(image_path(1));
  run();
  put("elsewhere.jpg", "1");
  EXPECT_EQ(run().counts.revived, 1);
  EXPECT_THAT(embedded_, IsEmpty());
  EXPECT_EQ(rows(), fresh_rows());
}

TEST_F(SyncTest, AnotherImageUnderADeletedNameIsNew) {
  make_images(3);
  run();
  fs::remove(image_path(1));
  run();
  put("01.jpg", "99");
  EXPECT_EQ(run().counts.added, 1);
  EXPECT_THAT(embedded_, ElementsAre(99));
  EXPECT_EQ(rows(), fresh_rows());
}

TEST_F(SyncTest, FilesOfOneContentShareARow) {
  put("a.jpg", "5");
  put("b.jpg", "5");
  put("c.jpg", "5");
  put("d.jpg", "5");
  put("e.jpg", "6");
  const SyncReport report = run();
  EXPECT_EQ(report.counts.added, 5);
  EXPECT_EQ(row_count(), 2);
  EXPECT_EQ(rows(), fresh_rows());
  put("f.jpg", "6");
  run();
  EXPECT_EQ(row_count(), 2);
  fs::remove(photos() / "a.jpg");
  run();
  EXPECT_EQ(rows(), fresh_rows());
}

TEST_F(SyncTest, WhatFailedForGoodIsNotReadAgainUnlessItChangedOrIsAskedFor) {
  make_images(2);
  put("bad.jpg", "bad");
  SyncReport report = run();
  EXPECT_EQ(report.counts.failed, 1);
  EXPECT_EQ(report.counts.new_failures, 1);
  EXPECT_THAT(observer_.failures_, ElementsAre("bad.jpg: not a number: bad"));
  opened_ = 0;
  report = run();
  EXPECT_EQ(opened_, 0);
  EXPECT_EQ(report.failing, 1);
  EXPECT_EQ(report.counts.new_failures, 0);
  EXPECT_THAT(observer_.failures_, IsEmpty());
  sync_.retry_failed = true;
  report = run();
  EXPECT_EQ(opened_, 1);
  EXPECT_EQ(report.counts.failed, 1);
  EXPECT_EQ(report.counts.new_failures, 0);
  sync_.retry_failed = false;
  put("bad.jpg", "12");
  report = run();
  EXPECT_EQ(report.counts.added, 1);
  EXPECT_EQ(rows(), fresh_rows());
}

TEST_F(SyncTest, AFailureInPassingIsTriedAgainButToldOnce) {
  make_images(2);
  fs::create_symlink("nowhere", photos() / "link.jpg");
  SyncReport report = run();
  EXPECT_EQ(report.counts.new_failures, 1);
  EXPECT_THAT(observer_.failures_, ElementsAre("link.jpg: No such file or directory"));
  opened_ = 0;
  report = run();
  EXPECT_EQ(opened_, 0);
  EXPECT_EQ(report.failing, 1);
  EXPECT_EQ(report.counts.new_failures, 0);
  write_file(photos() / "nowhere", "8");
  report = run();
  EXPECT_EQ(report.counts.added, 1);
  EXPECT_THAT(embedded_, ElementsAre(8));
}

TEST_F(SyncTest, ALiveFileThatCannotBeLookedAtKeepsItsRow) {
  make_images(3);
  run();
  fs::rename(image_path(1), directory_ / "kept");
  fs::create_symlink("nowhere", image_path(1));
  SyncReport report = run();
  EXPECT_EQ(report.counts.deleted, 0);
  EXPECT_EQ(report.counts.new_failures, 1);
  EXPECT_THAT(rows(), SizeIs(3));
  report = run();
  EXPECT_EQ(report.counts.new_failures, 0);
  fs::remove(image_path(1));
  fs::rename(directory_ / "kept", image_path(1));
  report = run();
  EXPECT_THAT(embedded_, IsEmpty());
  EXPECT_EQ(rows(), fresh_rows());
  EXPECT_EQ(run().planned, 0);
}

TEST_F(SyncTest, ALiveFileWhoseBytesAreBadNowHasNoRow) {
  make_images(3);
  run();
  put("01.jpg", "bad");
  const SyncReport report = run();
  EXPECT_EQ(report.counts.new_failures, 1);
  EXPECT_EQ(rows(), fresh_rows());
  EXPECT_THAT(rows(), SizeIs(2));
}

TEST_F(SyncTest, AnEmptiedFolderRefusesTheRunAndNothingIsComputedOnceItIsBack) {
  make_images(5);
  run();
  const auto before = contents_of(sync_.store);
  fs::rename(photos(), directory_ / "away");
  fs::create_directory(photos());
  EXPECT_THAT(error_of_run<RefusedError>(), HasSubstr("held 5 files and is empty"));
  EXPECT_EQ(contents_of(sync_.store), before);
  fs::remove(photos());
  EXPECT_THAT(error_of_run<RefusedError>(), HasSubstr("is gone"));
  EXPECT_EQ(contents_of(sync_.store), before);
  fs::rename(directory_ / "away", photos());
  const SyncReport report = run();
  EXPECT_THAT(embedded_, IsEmpty());
  EXPECT_EQ(report.unchanged, 5);
}

TEST_F(SyncTest, MoreDeletionsThanAllowedRefuseTheRun) {
  make_images(30);
  run();
  const auto before = contents_of(sync_.store);
  for (int i = 0; i < 11; ++i) fs::remove(image_path(i));
  EXPECT_THAT(error_of_run<RefusedError>(), HasSubstr("11 of its 30 files are gone"));
  EXPECT_EQ(contents_of(sync_.store), before);
  sync_.max_delete = CountOrPercent{11, false};
  EXPECT_EQ(run().counts.deleted, 11);
  for (int i = 11; i < 30; ++i) fs::remove(image_path(i));
  sync_.max_delete = CountOrPercent{100, true};
  EXPECT_EQ(run().counts.deleted, 19);
  EXPECT_THAT(rows(), IsEmpty());
}

TEST_F(SyncTest, FilesThatWereOnlyTouchedExcuseNoneThatAreGone) {
  const auto time = fs::file_time_type::clock::now() - std::chrono::hours(1000);
  for (int i = 10; i < 40; ++i) {
    put(std::to_string(i) + ".jpg", std::to_string(i));
    fs::last_write_time(image_path(i), time);
  }
  run();
  for (int i = 10; i < 25; ++i) fs::remove(image_path(i));
  for (int i = 25; i < 40; ++i) ASSERT_EQ(::chmod(image_path(i).c_str(), 0600), 0);
  EXPECT_THAT(error_of_run<RefusedError>(), HasSubstr("15 of its 30 files are gone"));
}

TEST_F(SyncTest, RenamedFilesAreNoDeletions) {
  make_images(30);
  run();
  fs::create_directory(photos() / "sub");
  for (int i = 0; i < 30; ++i) fs::rename(image_path(i), photos() / "sub" / (std::to_string(i) + ".jpg"));
  const SyncReport report = run();
  EXPECT_EQ(report.counts.renamed, 30);
  EXPECT_THAT(embedded_, IsEmpty());
  EXPECT_EQ(rows(), fresh_rows());
}

TEST_F(SyncTest, AMovedFolderCostsNothing) {
  make_images(5);
  run();
  const std::string now = (directory_ / "moved").native();
  fs::rename(photos(), now);
  sync_.roots = {.folders = {now}, .moved = {photos().native() + "=" + now}, .forgotten = {}};
  opened_ = 0;
  const SyncReport report = run();
  EXPECT_EQ(opened_, 0);
  EXPECT_EQ(report.unchanged, 5);
  EXPECT_THAT(file_content(GenerationFiles(current()).index), HasSubstr("0," + now + ",00.jpg\n"));
}

TEST_F(SyncTest, AForgottenFolderLeavesTheIndex) {
  make_images(3);
  write_file(directory_ / "more" / "x.jpg", "77");
  sync_.roots.folders.push_back((directory_ / "more").native());
  run();
  EXPECT_THAT(rows(), SizeIs(4));
  sync_.roots = {.folders = {}, .moved = {}, .forgotten = {(directory_ / "more").native()}};
  run();
  EXPECT_EQ(rows(), fresh_rows());
}

TEST_F(SyncTest, OnlyTheFoldersGivenAreScanned) {
  make_images(3);
  write_file(directory_ / "more" / "x.jpg", "77");
  sync_.roots.folders.push_back((directory_ / "more").native());
  run();
  fs::remove(directory_ / "more" / "x.jpg");
  sync_.roots.folders.pop_back();
  EXPECT_EQ(run().counts.deleted, 0);
  EXPECT_THAT(rows(), SizeIs(4));
}

TEST_F(SyncTest, AFileThatChangesAfterTheScanIsLookedAtAgain) {
  make_images(3);
  on_start_ = [this] { put("01.jpg", "41"); };
  run();
  on_start_ = {};
  EXPECT_EQ(rows(), fresh_rows());
  const SyncReport report = run();
  EXPECT_EQ(report.planned, 1);
  EXPECT_THAT(embedded_, IsEmpty());
  EXPECT_EQ(run().planned, 0);
}

TEST_F(SyncTest, AStoppedRunKeepsWhatItHasAndTheNextGoesOn) {
  make_images(30);
  on_batch_ = [this](std::size_t n) {
    if (n == 2) stop_.request_stop();
  };
  SyncReport report = run();
  EXPECT_TRUE(report.interrupted);
  const std::size_t done = rows().size();
  EXPECT_GE(done, 6);
  EXPECT_LT(done, 30);
  stop_ = {};
  on_batch_ = {};
  report = run();
  EXPECT_THAT(embedded_, SizeIs(30 - done));
  EXPECT_EQ(rows(), fresh_rows());
}

TEST_F(SyncTest, AStoppedRunDeletesNothingThatMayYetTurnUp) {
  make_images(30);
  run();
  for (int i = 0; i < 30; ++i)
    fs::rename(image_path(i), photos() / ("new" + std::to_string(100 + i) + ".jpg"));
  EXPECT_EQ(run_stopped_early().counts.deleted, 0);
  run();
  EXPECT_THAT(embedded_, IsEmpty());
  EXPECT_EQ(rows(), fresh_rows());
}

TEST_F(SyncTest, TheTimeBudgetEndsARunAsAStopDoes) {
  make_images(30);
  sync_.time_budget = std::chrono::seconds(0);
  const SyncReport report = run();
  EXPECT_TRUE(report.out_of_time);
  EXPECT_FALSE(report.interrupted);
  sync_.time_budget.reset();
  run();
  EXPECT_EQ(rows(), fresh_rows());
}

TEST_F(SyncTest, AnErrorLosesNoMoreThanSinceTheLastCheckpoint) {
  make_images(30);
  sync_.checkpoint_files = 3;
  on_encode_ = [this] {
    if (embedded_.size() >= 15) throw FatalError("a broken forward");
  };
  EXPECT_EQ(error_of_run<FatalError>(), "a broken forward");
  on_encode_ = {};
  run();
  EXPECT_LE(embedded_.size(), 24);
  EXPECT_EQ(rows(), fresh_rows());
}

TEST_F(SyncTest, WhatAKilledRunLeftBehindItsRowsIsOverwritten) {
  make_images(4);
  run();
  const fs::path embeddings = GenerationFiles(current()).embeddings;
  std::ofstream(embeddings, std::ios::app | std::ios::binary) << std::string(1000, 'x');
  put("04.jpg", "4");
  run();
  EXPECT_EQ(rows(), fresh_rows());
  EXPECT_EQ(row_count(), 5);
}

TEST_F(SyncTest, AHeaderThatAKilledRunLeftBehindIsRestoredByTheNextRun) {
  make_images(4);
  run();
  const fs::path embeddings = GenerationFiles(current()).embeddings;
  std::fstream(embeddings, std::ios::in | std::ios::out | std::ios::binary)
      << npy_header(ElementType::float32, {2, 3});
  EXPECT_EQ(run().planned, 0);
  EXPECT_EQ(row_count(), 4);
}

TEST_F(SyncTest, RowsThatAreLostAreNotTakenForRows) {
  make_images(4);
  run();
  fs::resize_file(GenerationFiles(current()).embeddings, kNpyHeaderLength + 12);
  EXPECT_THAT(error_of_run<FatalError>(), HasSubstr("fewer rows than its manifest says, 4"));
}

TEST_F(SyncTest, PruningLeavesLiveRowsAloneInTheOrderOfTheirPaths) {
  make_images(6);
  put("bad.jpg", "bad");
  run();
  const fs::path before = current();
  fs::remove(image_path(0));
  put("00a.jpg", "60");
  sync_.prune = true;
  const SyncReport report = run();
  EXPECT_TRUE(report.pruned);
  EXPECT_NE(current(), before);
  EXPECT_TRUE(fs::exists(before));  // for who resolved it
  EXPECT_EQ(rows(), fresh_rows());
  EXPECT_EQ(row_count(), 6);
  EXPECT_THAT(file_content(GenerationFiles(current()).index),
              HasSubstr("0," + photos().native() + ",00a.jpg\n"));
  const fs::path pruned = current();
  opened_ = 0;
  EXPECT_FALSE(run().pruned);
  EXPECT_EQ(opened_, 0);  // what failed for good is remembered
  EXPECT_EQ(current(), pruned);
}

TEST_F(SyncTest, AGenerationThatIsNoLongerCurrentGoesAnHourLater) {
  make_images(3);
  run();
  const fs::path before = current();
  fs::remove(image_path(0));
  sync_.prune = true;
  run();
  run();
  EXPECT_TRUE(fs::exists(before));
  make_link_older("current");
  run();
  EXPECT_FALSE(fs::exists(before));
  EXPECT_EQ(rows(), fresh_rows());
}

TEST_F(SyncTest, OtherRowsAreRefusedWithWhatDiffers) {
  make_images(3);
  run();
  const auto before = contents_of(sync_.store);
  sync_.embedding.features = {Feature::pooler};
  EXPECT_THAT(error_of_run<RefusedError>(), HasSubstr(R"(feature: "cls" then, "pooler" now)"));
  sync_.embedding.features = {Feature::cls};
  write_other_model();
  EXPECT_THAT(error_of_run<RefusedError>(), HasSubstr("weights_sha256"));
  EXPECT_EQ(contents_of(sync_.store), before);
}

TEST_F(SyncTest, AMigrationTakesAsManyRunsAsItNeedsAndReadersSeeItWhole) {
  make_images(20);
  put("bad.jpg", "bad");
  run();
  const Rows old_rows = rows();
  const fs::path old = current();
  sync_.embedding.features = {Feature::pooler};
  sync_.migrate = true;
  SyncReport report = run_stopped_early();
  EXPECT_TRUE(report.migrating);
  EXPECT_GT(report.pending, 0);
  EXPECT_EQ(current(), old);
  EXPECT_EQ(rows(), old_rows);
  make_link_older("next");
  report = run();
  EXPECT_TRUE(report.switched);
  EXPECT_NE(current(), old);
  EXPECT_EQ(rows(), fresh_rows());
  EXPECT_EQ(StoreDirectory(sync_.store).next(), std::nullopt);
  run();
  EXPECT_TRUE(fs::exists(old));  // for who resolved it
  opened_ = 0;
  report = run();
  EXPECT_EQ(opened_, 0);
  EXPECT_FALSE(report.migrating);
}

TEST_F(SyncTest, WhileAMigrationIsUnderWayTheOldGenerationIsKeptFresh) {
  make_images(20);
  run();
  sync_.embedding.features = {Feature::pooler};
  sync_.migrate = true;
  run_stopped_early();
  put("new.jpg", "500");
  sync_.embedding.features = {Feature::cls};
  sync_.migrate = false;
  sync_.prune = true;
  EXPECT_FALSE(run().pruned);
  EXPECT_THAT(logged_, HasSubstr("waits for the migration"));
  EXPECT_EQ(rows(), fresh_rows());
  sync_.prune = false;
  sync_.embedding.features = {Feature::pooler};
  sync_.migrate = true;
  EXPECT_TRUE(run().switched);
  EXPECT_EQ(rows(), fresh_rows());
}

TEST_F(SyncTest, AMigrationToOtherRowsThanTheOneUnderWayIsRefusedUntilThatIsAbandoned) {
  make_images(20);
  run();
  sync_.embedding.features = {Feature::pooler};
  sync_.migrate = true;
  run_stopped_early();
  sync_.embedding.features = {Feature::mean};
  EXPECT_THAT(error_of_run<RefusedError>(), HasSubstr("is being migrated to other rows"));
  sync_.abandon_migration = true;
  EXPECT_TRUE(run().switched);
  EXPECT_EQ(rows(), fresh_rows());
}

TEST_F(SyncTest, AMigrationWaitsForEveryRoot) {
  make_images(3);
  write_file(directory_ / "more" / "x.jpg", "77");
  sync_.roots.folders.push_back((directory_ / "more").native());
  run();
  sync_.roots.folders.pop_back();
  sync_.embedding.features = {Feature::pooler};
  sync_.migrate = true;
  EXPECT_FALSE(run().switched);
  EXPECT_THAT(logged_, HasSubstr("1 files of"));
  sync_.roots.folders = {(directory_ / "more").native()};
  EXPECT_TRUE(run().switched);
}

TEST_F(SyncTest, AMigrationThatWouldLoseRowsDoesNotSwitch) {
  make_images(30);
  run();
  for (int i = 0; i < 30; ++i) {
    fs::rename(image_path(i), directory_ / std::to_string(i));
    fs::create_symlink("nowhere", image_path(i));
  }
  const fs::path old = current();
  sync_.embedding.features = {Feature::pooler};
  sync_.migrate = true;
  EXPECT_THAT(run().refused, HasSubstr("30 of the 30 files that have a row have none"));
  EXPECT_EQ(current(), old);
}

TEST_F(SyncTest, AMigrationKnowsWhatCameIntoTheOldGenerationBehindItsBack) {
  make_images(3);
  const std::string more = (directory_ / "more").native();
  write_file(directory_ / "more" / "x.jpg", "77");
  sync_.roots.folders.push_back(more);
  run();
  sync_.embedding.features = {Feature::pooler};
  sync_.migrate = true;
  sync_.roots.folders = {photos().native()};
  run();
  put("new.jpg", "500");
  sync_.embedding.features = {Feature::cls};
  sync_.migrate = false;
  run();
  sync_.embedding.features = {Feature::pooler};
  sync_.migrate = true;
  sync_.roots.folders = {more};
  EXPECT_FALSE(run().switched);
  EXPECT_THAT(logged_, HasSubstr("1 files that readers have are to be looked at"));
  sync_.roots.folders = {photos().native()};
  EXPECT_TRUE(run().switched);
  EXPECT_THAT(rows(), SizeIs(5));
}

TEST_F(SyncTest, AMigrationDoesNotWaitForWhatIsGoneMeanwhile) {
  make_images(20);
  run();
  sync_.embedding.features = {Feature::pooler};
  sync_.migrate = true;
  run_stopped_early();
  fs::remove(image_path(0));
  fs::remove(image_path(19));
  EXPECT_TRUE(run().switched);
  EXPECT_EQ(rows(), fresh_rows());
}

TEST_F(SyncTest, WhatFailedIsTriedOnceByAMigration) {
  make_images(2);
  put("bad.jpg", "bad");
  run();
  sync_.embedding.features = {Feature::pooler};
  sync_.migrate = true;
  const SyncReport report = run();
  EXPECT_EQ(report.counts.failed, 1);
  EXPECT_EQ(report.counts.new_failures, 0);
  EXPECT_EQ(run().planned, 0);
}

TEST_F(SyncTest, CopiesThatWaitForAMigrationExcuseNoneThatAreGone) {
  for (int i = 10; i < 40; ++i) {
    put(std::to_string(i) + ".jpg", std::to_string(i));
    fs::copy_file(image_path(i), photos() / ("copy" + std::to_string(i) + ".jpg"));
    fs::last_write_time(photos() / ("copy" + std::to_string(i) + ".jpg"), fs::last_write_time(image_path(i)));
  }
  run();
  for (int i = 10; i < 40; ++i) fs::remove(image_path(i));
  EXPECT_THAT(error_of_run<RefusedError>(), HasSubstr("30 of its 60 files are gone"));
  sync_.embedding.features = {Feature::pooler};
  sync_.migrate = true;
  EXPECT_THAT(error_of_run<RefusedError>(), HasSubstr("30 of its 60 files are gone"));
}

TEST_F(SyncTest, OtherFilesOfTheSameSizeAndTimeReplaceNothing) {
  const auto time = fs::file_time_type::clock::now() - std::chrono::hours(1000);
  const auto put_at_that_time = [&](int name, int content) {
    put(std::to_string(name) + ".jpg", std::to_string(content));
    fs::last_write_time(image_path(name), time);
  };
  for (int i = 10; i < 40; ++i) put_at_that_time(i, i);
  run();
  for (int i = 10; i < 40; ++i) fs::remove(image_path(i));
  for (int i = 50; i < 80; ++i) put_at_that_time(i, i);
  SyncReport report = run();
  EXPECT_THAT(report.refused, HasSubstr("30 of its 60 files are gone"));
  EXPECT_EQ(report.counts.deleted, 0);
  EXPECT_EQ(report.counts.added, 30);
  EXPECT_THAT(rows(), SizeIs(60));
  EXPECT_THAT(error_of_run<RefusedError>(), HasSubstr("30 of its 60 files are gone"));
  sync_.max_delete = CountOrPercent{50, true};
  EXPECT_EQ(run().counts.deleted, 30);
  EXPECT_EQ(rows(), fresh_rows());
}

TEST_F(SyncTest, AFolderBehindALinkThatLeadsNowhereNowKeepsItsRows) {
  make_images(3);
  write_file(directory_ / "disk" / "x.jpg", "70");
  fs::create_directory_symlink(directory_ / "disk", photos() / "album");
  fs::create_symlink("nowhere", photos() / "no image");
  SyncReport report = run();
  EXPECT_THAT(rows(), SizeIs(4));
  EXPECT_EQ(report.counts.failed, 0);
  fs::rename(directory_ / "disk", directory_ / "away");
  report = run();
  EXPECT_EQ(report.counts.deleted, 0);
  EXPECT_EQ(report.counts.new_failures, 1);
  EXPECT_THAT(rows(), SizeIs(4));
  EXPECT_EQ(run().counts.new_failures, 0);
  fs::rename(directory_ / "away", directory_ / "disk");
  report = run();
  EXPECT_THAT(embedded_, IsEmpty());
  EXPECT_EQ(report.counts, ChangeCounts{});
}

TEST_F(SyncTest, AStoreThatLostItsLinkLosesNoRows) {
  make_images(3);
  run();
  const fs::path generation = current();
  fs::remove(sync_.store / "current");
  EXPECT_THAT(error_of_run<FatalError>(), HasSubstr("has rows but the store has no 'current'"));
  fs::copy(generation, sync_.store / "current", fs::copy_options::recursive);
  EXPECT_THAT(error_of_run<FatalError>(), HasSubstr("is no link"));
  fs::remove_all(sync_.store / "current");
  fs::create_symlink(generation.filename(), sync_.store / "current");
  EXPECT_EQ(run().unchanged, 3);
}

TEST_F(SyncTest, FoldersOfOthersStayWhateverTheyAreCalled) {
  make_images(3);
  write_file(sync_.store / "gen-0007" / "thesis.txt", "long work");
  write_file(sync_.store / "gen-12.new" / "more.txt", "more of it");
  run();
  EXPECT_TRUE(fs::exists(sync_.store / "gen-0007" / "thesis.txt"));
  EXPECT_TRUE(fs::exists(sync_.store / "gen-12.new" / "more.txt"));
  EXPECT_EQ(rows(), fresh_rows());
}

TEST_F(SyncTest, AStoreIsMadeOnlyWhereItMay) {
  make_images(3);
  sync_.create = false;
  EXPECT_THAT(error_of_run<FatalError>(), HasSubstr("is its disk not mounted?"));
  EXPECT_FALSE(fs::exists(sync_.store));
}

TEST_F(SyncTest, ALargerLimitOfPixelsTriesAgainWhatFailed) {
  make_images(2);
  put("bad.jpg", "bad");
  run();
  sync_.embedding.decode.max_pixels *= 2;
  EXPECT_EQ(run().counts.failed, 1);
  EXPECT_EQ(run().counts.failed, 0);
}

TEST_F(SyncTest, ADryRunChangesNothing) {
  make_images(3);
  sync_.dry_run = true;
  EXPECT_EQ(run().planned, 3);
  EXPECT_FALSE(fs::exists(sync_.store));
  EXPECT_EQ(opened_, 0);
  sync_.dry_run = false;
  run();
  const auto before = contents_of(sync_.store);
  put("new.jpg", "9");
  fs::remove(image_path(0));
  sync_.dry_run = true;
  const SyncReport report = run();
  EXPECT_EQ(report.planned, 1);
  EXPECT_EQ(report.vanished, 1);
  sync_.embedding.features = {Feature::pooler};
  sync_.migrate = true;
  EXPECT_EQ(run().planned, 3);
  EXPECT_EQ(contents_of(sync_.store), before);
}

TEST_F(SyncTest, AnotherRunThatHoldsTheLockIsNotWaitedFor) {
  make_images(3);
  run();
  const FileLock lock(sync_.store / "lock");
  EXPECT_THAT(error_of_run<BusyError>(), HasSubstr("is locked by process"));
}

TEST_F(SyncTest, AMistypedFolderMakesNoStore) {
  EXPECT_THAT(error_of_run<FatalError>(), HasSubstr("is not a folder"));
  EXPECT_FALSE(fs::exists(sync_.store));
}

TEST_F(SyncTest, TheModelOfTheLastRunIsUsedWhereNoneIsGiven) {
  make_images(2);
  sync_.embedding.model.clear();
  EXPECT_THAT(error_of_run<UsageError>(), HasSubstr("-m/--model"));
  sync_.embedding.model = options_.model;
  run();
  sync_.embedding.model.clear();
  put("02.jpg", "2");
  run();
  EXPECT_EQ(rows(), fresh_rows());
}

TEST_F(SyncTest, EveryRunIsNoted) {
  make_images(3);
  run();
  run();
  const Manifest manifest(GenerationFiles(current()).manifest, ManifestAccess::read);
  EXPECT_EQ(manifest.last_done()->outcome, "done");
  EXPECT_EQ(manifest.last_run()->counts.added, 0);
  EXPECT_LE(std::abs(manifest.last_run()->finished - ::time(nullptr)), 5);
}

}  // namespace
}  // namespace vit_embed
