#include "output/inspection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "formats/npy.h"
#include "small_run.h"

namespace vit_embed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

using InspectionTest = SmallRun;

TEST_F(InspectionTest, AWholeOutputHasNoProblems) {
  for (const OutputFormat format : {OutputFormat::npy, OutputFormat::csv, OutputFormat::jsonl}) {
    set_features({Feature::cls}, format);
    run_whole(some_inputs(8));
    const OutputInspection found = inspect_output(spec_.path);
    EXPECT_THAT(found.problems, IsEmpty());
    EXPECT_EQ(found.format, to_string(format));
    EXPECT_THAT(found.shape, ElementsAre(6, 4));
    EXPECT_EQ(found.element_type, format == OutputFormat::npy ? "<f4" : "");
    ASSERT_TRUE(found.meta);
    EXPECT_EQ(found.meta->inputs, 8u);
    EXPECT_TRUE(is_output(spec_.path));
  }
}

TEST_F(InspectionTest, FindsWhatIsMissing) {
  run_whole(some_inputs(8));
  fs::remove(published_files(spec_.path).index);
  EXPECT_THAT(inspect_output(spec_.path).problems, ElementsAre("its index is missing"));
  fs::remove(published_files(spec_.path).meta);
  EXPECT_THAT(inspect_output(spec_.path).problems,
              ElementsAre("no photos.npy.meta.json: not a finished output of this program"));
  EXPECT_THAT(inspect_output(spec_.path).shape, ElementsAre(6, 4));
}

TEST_F(InspectionTest, FindsAnUnfinishedRunBesideTheOutput) {
  run_whole(some_inputs(8));
  interrupt(some_inputs(9), 1);
  EXPECT_THAT(inspect_output(spec_.path).problems,
              ElementsAre("an unfinished run stands in photos.npy.partial"));
}

TEST_F(InspectionTest, FindsAnNpyThatIsCutOrOfAnotherShape) {
  run_whole(some_inputs(8));
  const std::string content = file_content(spec_.path);
  fs::resize_file(spec_.path, content.size() - 1);
  EXPECT_THAT(inspect_output(spec_.path).problems, ElementsAre("the file is not as long as its header says"));
  write_file(spec_.path, npy_header(ElementType::float32, {3, 8}) + content.substr(128));
  EXPECT_THAT(inspect_output(spec_.path).problems, ElementsAre("its shape is not the meta's"));
}

TEST_F(InspectionTest, FindsATextThatWasChanged) {
  set_features({Feature::cls}, OutputFormat::csv);
  run_whole(some_inputs(8));
  std::string content = file_content(spec_.path);
  content[content.size() - 2] = '9';
  write_file(spec_.path, content);
  EXPECT_THAT(inspect_output(spec_.path).problems,
              ElementsAre("the file was changed after it was published"));
}

TEST_F(InspectionTest, RefusesAMetaThatCannotBeRead) {
  run_whole(some_inputs(8));
  write_file(published_files(spec_.path).meta, "{}");
  EXPECT_THROW(inspect_output(spec_.path), FatalError);
}

TEST_F(InspectionTest, NamesAFileThatIsNotThere) {
  try {
    inspect_output(directory_ / "missing.npy");
    FAIL() << "no error";
  } catch (const FatalError& e) {
    EXPECT_THAT(e.what(), HasSubstr("missing.npy"));
  }
}

TEST_F(InspectionTest, TellsOutputsFromModels) {
  write_file(directory_ / "model.pt", "PK\x03\x04");
  write_file(directory_ / "model.csv", "PK\x03\x04");
  write_file(directory_ / "rows.csv", "path,f0\n");
  write_file(directory_ / "rows.bin", "\x93NUMPY and more");
  write_file(directory_ / "short.npy", "\x93");
  write_file(directory_ / "other", "path,f0\n");
  EXPECT_FALSE(is_output(directory_ / "model.pt"));
  EXPECT_FALSE(is_output(directory_ / "model.csv"));
  EXPECT_TRUE(is_output(directory_ / "rows.csv"));
  EXPECT_TRUE(is_output(directory_ / "rows.bin"));
  EXPECT_TRUE(is_output(directory_ / "short.npy"));
  EXPECT_FALSE(is_output(directory_ / "other"));
}

}  // namespace
}  // namespace vit_embed
