#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <map>
#include <thread>

#include "base/error.h"
#include "fake_runtime.h"
#include "support/redirected_descriptor.h"
#include "support/tar_bytes.h"

// A tar on stdin, which can be gone through once only.

namespace vit_embed {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
namespace fs = std::filesystem;

int bytes_in(const FileDescriptor& pipe) {
  int bytes = 0;
  ::ioctl(pipe.get(), FIONREAD, &bytes);
  return bytes;
}

class ExtractOnceTest : public FakeRun, public RunObserver {
 protected:
  ExtractOnceTest() {
    options_.inputs.paths = {"-"};
    options_.inputs.stdin_name = "data.tar";
    for (int i = 0; i < 14; ++i) {
      entries_.push_back({std::to_string(i) + ".jpg", i == 7 ? "bad" : std::to_string(i)});
      entries_.push_back({std::to_string(i) + ".txt", "of " + std::to_string(i)});
    }
  }

  void on_start(std::optional<std::uint64_t> total, const RunCounts& before) override {
    EXPECT_FALSE(total);
    done_before_ = before.inputs;
  }
  void on_failure(const std::string&, const InputFailure&) override {}
  void on_batch(const RunCounts&) override {
    if (++batches_ == stop_after_) stop_.request_stop();
  }

  ExtractReport run_with(const FileDescriptor& input) {
    const RedirectedDescriptor redirected(STDIN_FILENO, input);
    batches_ = 0;
    return extract(
        options_, opener(), *this, [](LogLevel, std::string_view) {}, stop_.get_token());
  }
  ExtractReport run(const std::string& tar) {
    write_file(tars_ / "tar", tar);
    return run_with(FileDescriptor::open(tars_ / "tar", O_RDONLY));
  }
  std::string error_of_run(const std::string& tar) {
    try {
      run(tar);
    } catch (const FatalError& error) {
      return error.what();
    }
    return {};
  }
  ExtractReport run_stopped_after(std::size_t batches) {
    stop_after_ = batches;
    const ExtractReport report = run(tar_of(entries_));
    stop_after_ = 0;
    stop_ = {};
    return report;
  }

  std::map<std::string, std::string> published() const {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::directory_iterator(directory_.path())) {
      if (entry.is_regular_file() && entry.path() != options_.model)
        files[entry.path().filename()] = file_content(entry.path());
    }
    return files;
  }

  TemporaryDirectory tars_;
  std::vector<TarEntry> entries_;
  std::uint64_t done_before_ = 0;
  std::size_t batches_ = 0;
  std::size_t stop_after_ = 0;
};

TEST_F(ExtractOnceTest, IsResumedToTheBytesOfAnUninterruptedRun) {
  const ExtractReport report = run(tar_of(entries_));
  EXPECT_EQ(report.counts.rows, 13u);
  EXPECT_EQ(report.counts.permanent_failures, 1u);
  const auto whole = published();
  EXPECT_THAT(whole.at("photos.npy.index.csv"),
              HasSubstr("row,path,cls,txt,json\n0,data.tar/0.jpg,,of 0,\n"));
  for (const std::size_t batches : {1u, 2u, 3u, 4u}) {
    for (const auto& [name, content] : whole) fs::remove(directory_ / name);
    const ExtractReport stopped = run_stopped_after(batches);
    EXPECT_TRUE(stopped.interrupted);
    EXPECT_THAT(published(), IsEmpty());
    EXPECT_FALSE(run(tar_of(entries_)).interrupted);
    EXPECT_EQ(done_before_, stopped.counts.inputs);
    EXPECT_EQ(published(), whole) << batches;
  }
}

TEST_F(ExtractOnceTest, WhatWasLookedAtAndDoesNotFitIsNotLost) {
  for (std::size_t changed = 0; changed < 9; ++changed) {
    std::vector<TarEntry> now = entries_;
    now[2 * changed].mtime = 5;
    run(tar_of(now));
    const auto whole = published();
    for (const auto& [name, content] : whole) fs::remove(directory_ / name);
    run_stopped_after(3);
    run(tar_of(now));
    EXPECT_EQ(done_before_, changed / 3 * 3);
    EXPECT_EQ(published(), whole) << changed;
    for (const auto& [name, content] : whole) fs::remove(directory_ / name);
  }
}

TEST_F(ExtractOnceTest, AFinishedOutputIsMadeAnewForItCannotBeKnownToBeUpToDate) {
  run(tar_of(entries_));
  EXPECT_FALSE(run(tar_of(entries_)).up_to_date);
  EXPECT_EQ(opened_, 2);
}

TEST_F(ExtractOnceTest, AnOutputDoesNotGiveWayToATarWithoutImages) {
  run(tar_of(entries_));
  const auto whole = published();
  for (const std::string& tar :
       {std::string(), tar_of({}), tar_of({{"a.txt", "x"}}), std::string(600, 'x')}) {
    EXPECT_THROW(run(tar), FatalError);
    EXPECT_EQ(published(), whole);
    EXPECT_FALSE(fs::exists(partial_directory(options_.output)));
  }
  EXPECT_EQ(opened_, 1);
}

TEST_F(ExtractOnceTest, ATruncatedTarIsNotPublishedAndGoneOnFromOnceItIsWhole) {
  const std::string tar = tar_of(entries_);
  run(tar);
  const auto whole = published();
  for (std::size_t length = 512; length <= 28 * 1024; length += 512) {
    for (int i = 0; i < 2; ++i) {  // cut at the same place again
      EXPECT_THAT(error_of_run(tar.substr(0, length)), StartsWith("'data.tar': truncated tar")) << length;
      EXPECT_EQ(published(), whole);
    }
    run(tar);
    EXPECT_EQ(done_before_, (length - 1) / 2048 / 3 * 3) << "images in whole batches";
    EXPECT_EQ(published(), whole);
  }
  EXPECT_THAT(error_of_run(tar.substr(0, 5000)),
              HasSubstr("what came before is kept in '" + partial_directory(options_.output).native() + "'"));
}

TEST_F(ExtractOnceTest, ATarThatIsTruncatedBeforeItsFirstImageLeavesNothing) {
  EXPECT_EQ(error_of_run(tar_of(entries_).substr(0, 600)), "'data.tar': truncated tar");
  EXPECT_FALSE(fs::exists(partial_directory(options_.output)));
}

TEST_F(ExtractOnceTest, WhatCameOfATruncatedTarIsStreamed) {
  options_.output = "-";
  options_.format = OutputFormat::csv;
  const FileDescriptor file = FileDescriptor::open(tars_ / "out", O_WRONLY | O_CREAT);
  const RedirectedDescriptor redirected(STDOUT_FILENO, file);
  const std::string tar = tar_of(entries_);
  EXPECT_EQ(error_of_run(tar.substr(0, tar.size() / 2)), "'data.tar': truncated tar");
  EXPECT_THAT(file_content(tars_ / "out"), HasSubstr("data.tar/6.jpg"));
}

/// A pipe that nobody writes to: the run waits for the images that it is to compare with the journal.
TEST_F(ExtractOnceTest, AStopWhileItWaitsLosesNothingThatWasDone) {
  run(tar_of(entries_));
  const auto whole = published();
  for (const auto& [name, content] : whole) fs::remove(directory_ / name);
  const ExtractReport stopped = run_stopped_after(3);
  for (const std::size_t sent : {std::size_t{0}, std::size_t{5000}}) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    const FileDescriptor reader(ends[0], "pipe");
    FileDescriptor writer(ends[1], "pipe");
    const std::string tar = tar_of(entries_).substr(0, sent);
    writer.write_all(std::as_bytes(std::span(tar)));
    std::jthread stopper([this, &reader] {
      while (bytes_in(reader) > 0) std::this_thread::yield();
      stop_.request_stop();
    });
    EXPECT_TRUE(run_with(reader).interrupted);
    stopper.join();
    stop_ = {};
  }
  run(tar_of(entries_));
  EXPECT_EQ(done_before_, stopped.counts.inputs);
  EXPECT_EQ(published(), whole);
}

}  // namespace
}  // namespace vit_embed
