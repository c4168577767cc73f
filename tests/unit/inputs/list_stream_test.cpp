#include "inputs/list_stream.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <future>
#include <thread>

#include "support/drained.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::string_literals;

std::vector<std::string> listed(const std::string& list, char separator = '\n') {
  const TemporaryDirectory directory;
  write_file(directory / "list", list);
  ListStream stream(FileDescriptor::open(directory / "list", O_RDONLY), separator);
  return names_of(stream);
}

TEST(ListStream, TakesOneEntryALine) {
  EXPECT_THAT(listed("a.jpg\nb c.jpg\n"), ElementsAre("a.jpg", "b c.jpg"));
}

TEST(ListStream, TakesOneEntryANulByte) {
  EXPECT_THAT(listed("a.jpg\0new\nline.jpg\0"s, '\0'), ElementsAre("a.jpg", "new\nline.jpg"));
}

TEST(ListStream, TakesALastEntryWithoutItsSeparator) {
  EXPECT_THAT(listed("a.jpg\nb.jpg"), ElementsAre("a.jpg", "b.jpg"));
  EXPECT_THAT(listed("a.jpg\0b.jpg"s, '\0'), ElementsAre("a.jpg", "b.jpg"));
}

TEST(ListStream, PassesOverEmptyEntries) {
  EXPECT_THAT(listed("\n\na.jpg\n\n\nb.jpg\n\n"), ElementsAre("a.jpg", "b.jpg"));
  EXPECT_THAT(listed(""), IsEmpty());
  EXPECT_THAT(listed("\n"), IsEmpty());
}

TEST(ListStream, AShardHasTheEntriesThatItHoldsAsOftenAsTheyStand) {
  const TemporaryDirectory directory;
  write_file(directory / "list", "a\nb\n\nc\na\n");
  std::vector<std::string> of_shards;
  for (std::uint32_t i = 0; i < 3; ++i) {
    const auto stream = open_list((directory / "list").native(), false, {i, 3});
    const std::vector<std::string> names = names_of(*stream);
    for (const std::string& name : names) EXPECT_EQ(shard_of(name, 3), i);
    EXPECT_EQ(stream->passed_over(), 4 - names.size());
    of_shards.insert(of_shards.end(), names.begin(), names.end());
  }
  EXPECT_THAT(of_shards, ::testing::UnorderedElementsAre("a", "b", "c", "a"));
}

TEST(ListStream, KeepsBytesAsTheyStand) {
  EXPECT_THAT(listed(" a.jpg \r\n\xff\t#b\n"), ElementsAre(" a.jpg \r", "\xff\t#b"));
}

TEST(ListStream, TakesEntriesLongerThanItsChunk) {
  const std::string around(65'535, 'a'), exact(65'536, 'b'), longer(200'000, 'c');
  EXPECT_THAT(listed(around + "\n" + exact + "\nx\n" + longer + "\ny\n" + longer),
              ElementsAre(around, exact, "x", longer, "y", longer));
}

TEST(ListStream, TakesManyEntriesAcrossItsChunks) {
  std::string list;
  std::vector<std::string> names;
  for (int i = 0; i < 30'000; ++i) {
    names.push_back("photos/" + std::to_string(i * 7919) + ".jpg");
    list += names.back() + "\n";
  }
  EXPECT_EQ(listed(list), names);
}

TEST(ListStream, EntriesAreReadAsFiles) {
  const TemporaryDirectory directory;
  write_file(directory / "a.jpg", "content");
  write_file(directory / "list",
             (directory / "a.jpg").native() + "\n" + (directory / "missing.jpg").native());
  ListStream stream(FileDescriptor::open(directory / "list", O_RDONLY), '\n');
  EXPECT_EQ(text_of(*stream.next()->source), "content");
  EXPECT_EQ(failure_of(*stream.next()->source), "transient: No such file or directory");
}

TEST(ListStream, ATarIsToldToBeAnArgument) {
  const TemporaryDirectory directory;
  write_file(directory / "list", "x.TAR.gz\n");
  ListStream stream(FileDescriptor::open(directory / "list", O_RDONLY), '\n');
  EXPECT_EQ(failure_of(*stream.next()->source),
            "permanent: a tar: give it as an argument, for lists hold images");
}

TEST(ListStream, UsesWhatAPipeHoldsBeforeItIsFull) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  ListStream stream(FileDescriptor(ends[0], "pipe"), '\n');
  FileDescriptor writer(ends[1], "pipe");
  const auto send = [&writer](std::string_view text) { writer.write_all(std::as_bytes(std::span(text))); };
  send("a.jpg\nb.");
  EXPECT_EQ(stream.next()->name, "a.jpg");
  std::future<std::optional<Input>> second =
      std::async(std::launch::async, [&stream] { return stream.next(); });
  EXPECT_EQ(second.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout)
      << "half an entry was taken";
  send("j");
  send("pg\n");
  EXPECT_EQ(second.get()->name, "b.jpg");
  send("last");
  writer.close();
  EXPECT_EQ(stream.next()->name, "last");
  EXPECT_FALSE(stream.next());
}

TEST(ListStream, AWaitForMoreCanBeCancelled) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  ListStream stream(FileDescriptor(ends[0], "pipe"), '\n');
  FileDescriptor writer(ends[1], "pipe");
  writer.write_all(std::as_bytes(std::span(std::string_view("a.jpg\nhalf an en"))));
  EXPECT_EQ(stream.next()->name, "a.jpg");
  std::future<std::optional<Input>> second =
      std::async(std::launch::async, [&stream] { return stream.next(); });
  stream.cancel();
  EXPECT_FALSE(second.get());
  EXPECT_FALSE(stream.next());
}

/// A list that is a named pipe, and its first input, for which a thread waits.
struct NamedPipe {
  TemporaryDirectory directory;
  std::filesystem::path path = directory / "list";
  std::unique_ptr<ListStream> stream;
  std::future<std::optional<Input>> first;

  NamedPipe() {
    EXPECT_EQ(::mkfifo(path.c_str(), 0600), 0);
    stream = open_list(path, false);
    first = std::async(std::launch::async, [this] { return stream->next(); });
  }
};

TEST(ListStream, ANamedPipeIsWaitedForFromItsOpeningOn) {
  NamedPipe pipe;
  FileDescriptor::open(pipe.path, O_WRONLY).write_all(std::as_bytes(std::span(std::string_view("a.jpg\n"))));
  EXPECT_EQ(pipe.first.get()->name, "a.jpg");
  EXPECT_FALSE(pipe.stream->next());
}

TEST(ListStream, AWaitForWhoWritesToANamedPipeCanBeCancelled) {
  NamedPipe pipe;
  pipe.stream->cancel();
  EXPECT_FALSE(pipe.first.get());
}

TEST(ListStream, AListThatCannotBeReadIsFatal) {
  const TemporaryDirectory directory;
  ListStream stream(FileDescriptor::open(directory.path(), O_RDONLY), '\n');
  EXPECT_THROW(stream.next(), FatalError);
}

}  // namespace
}  // namespace vit_embed
