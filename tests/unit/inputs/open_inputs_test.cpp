#include "inputs/open_inputs.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "inputs/input_arguments.h"
#include "inputs/tar_name.h"
#include "support/drained.h"
#include "support/redirected_descriptor.h"
#include "support/tar_bytes.h"
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

TEST(OpenInputs, ATarHasTheColumnsOfItsSamplesAndNothingElseHas) {
  const TemporaryDirectory directory;
  write_file(directory / "x.tar", tar_of({{"cat/a.jpg", "a"}, {"cat/a.cls", "7"}, {"b.jpg", "b"}}));
  write_file(directory / "dog/c.jpg", "c");
  write_file(directory / "list", "bird/d.jpg\n");
  InputOptions options =
      given({(directory / "dog").native(), (directory / "x.tar").native()}, (directory / "list").native());
  EXPECT_THAT(column_names(options), ElementsAre("cls", "txt", "json"));
  options.labels = Labels::folder;
  EXPECT_THAT(column_names(options), ElementsAre("label", "cls", "txt", "json"));
  const auto stream = open_inputs(options);
  EXPECT_THAT(stream->next()->columns, ElementsAre("dog", "", "", ""));
  EXPECT_THAT(stream->next()->columns, ElementsAre("cat", "7", "", ""));
  EXPECT_THAT(stream->next()->columns, ElementsAre("", "", "", "")) << "the tar is no folder";
  EXPECT_THAT(stream->next()->columns, ElementsAre("bird", "", "", ""));
}

TEST(OpenInputs, AFolderWithATarsNameIsAFolder) {
  const TemporaryDirectory directory;
  write_file(directory / "x.tar/a.jpg", "a");
  const InputOptions options = given({(directory / "x.tar").native()});
  EXPECT_THAT(column_names(options), ElementsAre());
  EXPECT_EQ(text_of(*open_inputs(options)->next()->source), "a");
}

TEST(OpenInputs, ARangeStandsForTarsUnlessAFileHasItsName) {
  const TemporaryDirectory directory;
  const auto at = [&directory](const char* name) { return (directory / name).native(); };
  for (const char* name : {"d-08.tar", "d-10.tar", "{1..2}.tar"})
    write_file(directory / name, tar_of({{"a.jpg", "a"}}));
  const auto stream = open_inputs(given({at("d-{08..10}.tar"), at("{1..2}.tar"), at("{1..2}.jpg")}));
  EXPECT_THAT(names_of(*stream), ElementsAre(at("d-08.tar/a.jpg"), at("d-09.tar"), at("d-10.tar/a.jpg"),
                                             at("{1..2}.tar/a.jpg"), at("{1..2}.jpg")));
  EXPECT_THROW(open_inputs(given({"d-{0..1000000}.tar"})), UsageError);
}

TEST(OpenInputs, TheOnlyTarMustExist) {
  EXPECT_THROW(open_inputs(given({"/nonexistent/x.tar"})), FatalError);
}

TEST(OpenInputs, StdinIsATarWhereItsNameSaysSo) {
  const TemporaryDirectory directory;
  write_file(directory / "x", tar_of({{"a.jpg", "a"}}));
  InputOptions options = given({"-"});
  for (const char* name : {"x.tar", "stdin"}) {
    const FileDescriptor tar = FileDescriptor::open(directory / "x", O_RDONLY);
    const RedirectedDescriptor redirected(STDIN_FILENO, tar);
    options.stdin_name = name;
    const std::optional<Input> input = open_inputs(options)->next();
    ASSERT_TRUE(input);
    EXPECT_EQ(come_once(options), is_tar_name(name));
    EXPECT_EQ(input->name, is_tar_name(name) ? "x.tar/a.jpg" : "stdin");
    EXPECT_EQ(failure_of(*input->source),
              is_tar_name(name) ? "" : "permanent: a tar: with --stdin-name data.tar its images are read");
  }
  EXPECT_FALSE(come_once(given({"x.tar"})));
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
