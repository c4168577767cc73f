#include "inputs/open_inputs.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "support/drained.h"
#include "support/redirected_descriptor.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

InputOptions given(std::vector<std::string> paths, std::optional<std::string> files_from = {}) {
  InputOptions options;
  options.paths = std::move(paths);
  options.files_from = std::move(files_from);
  return options;
}

TEST(OpenInputs, RefusesWhatMakesNoSense) {
  EXPECT_THROW(open_inputs(given({})), UsageError);
  EXPECT_THROW(open_inputs(given({"-", "-"})), UsageError);
  EXPECT_THROW(open_inputs(given({"-"}, "-")), UsageError);
  InputOptions null_separated = given({"."});
  null_separated.null_separated = true;
  EXPECT_THROW(open_inputs(null_separated), UsageError);
}

TEST(OpenInputs, ConcatenatesInTheOrderGivenWithTheListLast) {
  const TemporaryDirectory directory;
  const auto at = [&directory](const char* name) { return (directory / name).native(); };
  for (const char* name : {"z.jpg", "d/b.jpg", "d/a.jpg", "plain", "x.jpg"})
    write_file(directory / name, name);
  write_file(directory / "list", "l1\n" + at("x.jpg") + "\n");
  const auto stream = open_inputs(given({at("z.jpg"), at("d"), at("plain"), at("z.jpg")}, at("list")));
  EXPECT_THAT(names_of(*stream), ElementsAre(at("z.jpg"), at("d/a.jpg"), at("d/b.jpg"), at("plain"),
                                             at("z.jpg"), "l1", at("x.jpg")));
  EXPECT_FALSE(stream->next());
}

TEST(OpenInputs, LabelsAreTheNamesOfTheFoldersThatImagesAreIn) {
  const TemporaryDirectory directory;
  for (const char* name : {"train/cat/b.jpg", "train/dog/more/a.jpg"}) write_file(directory / name, name);
  write_file(directory / "list", "x.jpg\n/x.jpg\nbird/x.jpg\n");
  InputOptions options = given({(directory / "train").native()}, (directory / "list").native());
  EXPECT_THAT(column_names(options), ElementsAre());
  options.labels = Labels::folder;
  EXPECT_THAT(column_names(options), ElementsAre("label"));
  const auto stream = open_inputs(options);
  std::vector<std::string> labels;
  while (const std::optional<Input> input = stream->next()) {
    ASSERT_EQ(input->columns.size(), 1u);
    labels.push_back(input->columns.front());
  }
  EXPECT_THAT(labels, ElementsAre("cat", "more", "", "", "bird"));
}

TEST(OpenInputs, AFileIsTriedWhateverItsExtension) {
  const TemporaryDirectory directory;
  write_file(directory / "IMG.raw", "x");
  const auto stream = open_inputs(given({(directory / "IMG.raw").native()}));
  EXPECT_EQ(text_of(*stream->next()->source), "x");
}

TEST(OpenInputs, TheOnlyPathMustExist) {
  try {
    open_inputs(given({"/nonexistent/photos"}));
    FAIL() << "no error";
  } catch (const FatalError& e) {
    EXPECT_THAT(e.what(), HasSubstr("'/nonexistent/photos': No such file or directory"));
  }
  EXPECT_THROW(open_inputs(given({""})), FatalError);
}

TEST(OpenInputs, AMissingPathAmongSeveralIsAnInputThatFails) {
  const TemporaryDirectory directory;
  write_file(directory / "a.jpg", "a");
  const auto stream = open_inputs(given({"/nonexistent/x.jpg", "", (directory / "a.jpg").native()}));
  const std::optional<Input> missing = stream->next();
  ASSERT_TRUE(missing);
  EXPECT_EQ(missing->name, "/nonexistent/x.jpg");
  EXPECT_EQ(failure_of(*missing->source), "transient: No such file or directory");
  const std::optional<Input> nameless = stream->next();
  ASSERT_TRUE(nameless);
  EXPECT_EQ(nameless->name, "") << "an empty path vanished without a word";
  EXPECT_EQ(failure_of(*nameless->source), "transient: No such file or directory");
  EXPECT_EQ(text_of(*stream->next()->source), "a");
  EXPECT_FALSE(stream->next());
}

TEST(OpenInputs, AMissingPathBesideAListIsAnInputThatFails) {
  const TemporaryDirectory directory;
  write_file(directory / "list", "");
  const auto stream = open_inputs(given({"/nonexistent/x.jpg"}, (directory / "list").native()));
  EXPECT_THAT(names_of(*stream), ElementsAre("/nonexistent/x.jpg"));
}

TEST(OpenInputs, AListThatCannotBeOpenedIsFatal) {
  EXPECT_THROW(open_inputs(given({}, "/nonexistent/list")), FatalError);
}

TEST(OpenInputs, ReadsAnImageFromStdinInPieces) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const FileDescriptor reader(ends[0], "pipe");
  const std::string content(3'000'000, 's');
  std::jthread feeder([&ends, &content] {
    FileDescriptor writer(ends[1], "pipe");
    writer.write_all(std::as_bytes(std::span(content)).first(10));
    std::this_thread::yield();
    writer.write_all(std::as_bytes(std::span(content)).subspan(10));
  });
  const RedirectedDescriptor redirected(STDIN_FILENO, reader);
  InputOptions options = given({"-"});
  options.stdin_name = "camera.jpg";
  const auto stream = open_inputs(options);
  const std::optional<Input> input = stream->next();
  ASSERT_TRUE(input);
  EXPECT_EQ(input->name, "camera.jpg");
  EXPECT_EQ(text_of(*input->source), content);
  EXPECT_EQ(input->source->identify(), (FileIdentity{content.size(), 0}));
  EXPECT_FALSE(stream->next());
}

TEST(OpenInputs, ReadsAListFromStdinAndNothingBeforeItsTurn) {
  const TemporaryDirectory directory;
  write_file(directory / "a.jpg", "a");
  write_file(directory / "list", "x\ny\n");
  const FileDescriptor list = FileDescriptor::open(directory / "list", O_RDONLY);
  const RedirectedDescriptor redirected(STDIN_FILENO, list);
  const auto stream = open_inputs(given({(directory / "a.jpg").native()}, "-"));
  ASSERT_TRUE(stream->next());
  EXPECT_EQ(::lseek(list.get(), 0, SEEK_CUR), 0) << "stdin was read before it was its turn";
  EXPECT_THAT(names_of(*stream), ElementsAre("x", "y"));
}

}  // namespace
}  // namespace vit_embed
