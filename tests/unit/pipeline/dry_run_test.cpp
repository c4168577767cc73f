#include "pipeline/dry_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "fake_runtime.h"

namespace vit_embed {
namespace {

using DryRunTest = FakeRun;

TEST_F(DryRunTest, TellsWhatTheRunWouldTakeAndWritesNothing) {
  make_images(12);
  prepare_ = [](FakeModel& model) {
    model.delay_ = [](const std::string&) { return std::chrono::milliseconds(4); };
    model.on_encode_ = [](std::size_t n) { EXPECT_EQ(n, 1u) << "more than one batch was embedded"; };
  };
  const DryRunReport report = dry_run(options_, opener(), stop_.get_token());
  EXPECT_EQ(report.inputs, 12u);
  EXPECT_EQ(report.input_bytes, 14u);
  EXPECT_GE(report.output_bytes, 12 * 3 * 4.0);
  EXPECT_GT(report.seconds_per_image, 0.001);
  EXPECT_EQ(opened_, 1);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_.path()), {}), 2)
      << "photos and model.pt";
}

TEST_F(DryRunTest, HasNoTimeWhereNothingCouldBeEmbedded) {
  write_file(image_path(0), "bad");
  EXPECT_EQ(dry_run(options_, opener(), stop_.get_token()).seconds_per_image, 0);
}

TEST_F(DryRunTest, ATarOnStdinIsAUsageErrorThatReadsNothing) {
  options_.inputs.paths = {"-"};
  options_.inputs.stdin_name = "data.tar";
  EXPECT_THROW(dry_run(options_, opener(), stop_.get_token()), UsageError);
  EXPECT_EQ(opened_, 0);
}

TEST_F(DryRunTest, NoInputsAreFatalAndOpenNothing) {
  std::filesystem::create_directory(directory_ / "photos");
  EXPECT_THROW(dry_run(options_, opener(), stop_.get_token()), FatalError);
  EXPECT_EQ(opened_, 0);
}

}  // namespace
}  // namespace vit_embed
