#include "output/stream_output.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "small_run.h"
#include "support/redirected_descriptor.h"

namespace vit_embed {
namespace {

class StreamOutputTest : public SmallRun {
 protected:
  /// What stands on stdout after each of the first batches of `inputs`.
  std::vector<std::string> streamed(const std::vector<JournalEntry>& inputs) {
    const FileDescriptor file = FileDescriptor::open(directory_ / "stdout", O_RDWR | O_CREAT | O_TRUNC);
    const RedirectedDescriptor redirected(STDOUT_FILENO, file);
    std::vector<std::string> after;
    StreamOutput output(spec_, failures_);
    for (std::size_t i = 0; i < inputs.size(); i += kBatchSize) {
      output.write(embedded(inputs, i));
      after.push_back(file_content(directory_ / "stdout"));
    }
    return after;
  }

  std::filesystem::path failures_;
};

TEST_F(StreamOutputTest, GivesRowsBatchByBatch) {
  set_features({Feature::cls}, OutputFormat::csv);
  const auto after = streamed(some_inputs(5));
  ASSERT_EQ(after.size(), 2u);
  const std::string first =
      "path,f0,f1,f2,f3\n"
      "\"image0,\"\".jpg\",100,100.01,100.02,100.03\n"
      "\"image1,\"\".jpg\",101,101.01,101.02,101.03\n"
      "\"image2,\"\".jpg\",102,102.01,102.02,102.03\n";
  EXPECT_EQ(after[0], first);
  EXPECT_EQ(after[1], first + "\"image4,\"\".jpg\",104,104.01,104.02,104.03\n");
}

TEST_F(StreamOutputTest, GivesRowsOfNanAndTheFailureListWhereAskedFor) {
  set_features({Feature::cls}, OutputFormat::jsonl);
  spec_.nan_rows = true;
  failures_ = directory_ / "why.csv";
  const auto after = streamed({{"bad", {1, 1}, {}}, {"image", {1, 1}, {}}});
  EXPECT_EQ(after.at(0),
            "{\"path\":\"bad\",\"embedding\":null}\n"
            "{\"path\":\"image\",\"embedding\":[1,1.01,1.02,1.03]}\n");
  EXPECT_EQ(file_content(failures_), "path,reason,kind\nbad,\"not an image, \"\"at all\"\"\",permanent\n");
}

}  // namespace
}  // namespace vit_embed
