#include "store/manifest.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "base/error.h"
#include "store/manifest_schema.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

using ::testing::HasSubstr;

class ManifestTest : public ::testing::Test {
 protected:
  ManifestTest() { Manifest::create(path_, info()); }

  static GenerationInfo info() {
    GenerationInfo info;
    info.fingerprint.weights_sha256 = std::string(64, 'a');
    info.fingerprint.precision = Precision::int8;
    info.row_size = 3;
    info.max_pixels = 1000;
    info.model_path = "/models/\xff.pt";
    info.model_source = "a model";
    info.random_weights = true;
    return info;
  }

  void exec(const char* sql) { SQLite::Database(path_.native(), SQLite::OPEN_READWRITE).exec(sql); }

  std::string error_of_opening(ManifestAccess access) {
    try {
      Manifest(path_, access);
    } catch (const FatalError& error) {
      return error.what();
    }
    return "no such error";
  }

  int version() { return SQLite::Database(path_.native()).execAndGet("PRAGMA user_version").getInt(); }

  TemporaryDirectory directory_;
  std::filesystem::path path_ = directory_ / "manifest.sqlite";
};

TEST_F(ManifestTest, SaysWhatItsRowsAreAsItWasTold) {
  EXPECT_EQ(Manifest(path_, ManifestAccess::read).info(), info());
  GenerationInfo moved = info();
  moved.model_path = "/elsewhere.pt";
  moved.max_pixels = 5;
  Manifest(path_, ManifestAccess::write).update_info(moved);
  EXPECT_EQ(Manifest(path_, ManifestAccess::read).info(), moved);
}

TEST_F(ManifestTest, OfALaterVersionIsRefused) {
  exec("PRAGMA user_version = 99");
  EXPECT_THAT(error_of_opening(ManifestAccess::read), HasSubstr("is of version 99"));
  EXPECT_THAT(error_of_opening(ManifestAccess::write), HasSubstr("is of version 99"));
}

TEST_F(ManifestTest, AnotherDatabaseIsNone) {
  exec("PRAGMA application_id = 1");
  EXPECT_THAT(error_of_opening(ManifestAccess::read), HasSubstr("is not the manifest of a store"));
  write_file(path_,
             "no database at all, and longer than the hundred bytes of a header, which SQLite looks into "
             "before it says that this is none of its files");
  EXPECT_THAT(error_of_opening(ManifestAccess::read), HasSubstr(path_.native()));
}

TEST_F(ManifestTest, AnEarlierVersionIsBroughtUpStepByStep) {
  SQLite::Database database(path_.native(), SQLite::OPEN_READWRITE);
  constexpr std::array kSteps{"CREATE TABLE second (x)", "INSERT INTO second VALUES (3)"};
  upgrade_manifest(database, kSteps);
  EXPECT_EQ(version(), 3);
  EXPECT_EQ(database.execAndGet("SELECT x FROM second").getInt(), 3);
}

TEST_F(ManifestTest, OnlyTheStepsThatAreMissingAreTaken) {
  exec("PRAGMA user_version = 2");
  SQLite::Database database(path_.native(), SQLite::OPEN_READWRITE);
  constexpr std::array kSteps{"not SQL, and taken long ago", "CREATE TABLE third (x)"};
  upgrade_manifest(database, kSteps);
  EXPECT_EQ(version(), 3);
  EXPECT_TRUE(database.tableExists("third"));
}

TEST_F(ManifestTest, AStepThatFailsLeavesTheOldVersionWhole) {
  SQLite::Database database(path_.native(), SQLite::OPEN_READWRITE);
  constexpr std::array kSteps{"CREATE TABLE second (x)", "no SQL"};
  EXPECT_THROW(upgrade_manifest(database, kSteps), SQLite::Exception);
  EXPECT_EQ(version(), 1);
  EXPECT_FALSE(database.tableExists("second"));
  EXPECT_EQ(Manifest(path_, ManifestAccess::read).info(), info());
}

TEST_F(ManifestTest, KeepsTheLastThousandRuns) {
  Manifest manifest(path_, ManifestAccess::write);
  for (int i = 0; i < kRunsKept + 5; ++i)
    manifest.add_run({.started = i, .finished = i, .outcome = i % 2 == 0 ? "done" : "stopped", .counts = {}});
  EXPECT_EQ(manifest.database().execAndGet("SELECT count(*) FROM runs").getInt(), kRunsKept);
  EXPECT_EQ(manifest.last_run()->started, kRunsKept + 4);
  EXPECT_EQ(manifest.last_done()->outcome, "done");
}

}  // namespace
}  // namespace vit_embed
