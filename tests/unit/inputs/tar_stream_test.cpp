#include "inputs/tar_stream.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <future>

#include "support/drained.h"
#include "support/redirected_descriptor.h"
#include "support/tar_bytes.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::int64_t kMtime = 1'700'000'000'000'000'005;

class TarStreamTest : public ::testing::Test {
 protected:
  void make(std::string_view bytes) {
    write_file(path_, bytes);
    const timespec time{kMtime / 1'000'000'000, kMtime % 1'000'000'000};
    const timespec both[2]{time, time};
    ASSERT_EQ(::utimensat(AT_FDCWD, path_.c_str(), both, 0), 0);
  }

  TarStream opened(TarStream::Pass pass = TarStream::Pass::read, std::uint64_t passed_over = 0) {
    auto tar = std::make_shared<TarFile>();
    tar->name = path_;
    tar->members = members_;
    return TarStream(std::move(tar), pass, std::make_shared<Cancellation>(), passed_over);
  }

  /// Each input as "member=content", "member!failure" where it fails; the tar itself is "".
  static std::vector<std::string> told(TarStream stream, const std::string& name) {
    std::vector<std::string> all;
    while (const std::optional<Input> input = stream.next()) {
      EXPECT_EQ(input->columns.size(), kSampleColumns.size());
      const std::string member = input->name == name ? "" : input->name.substr(name.size() + 1);
      const std::string failure = failure_of(*input->source);
      all.push_back(failure.empty() ? member + "=" + text_of(*input->source) : member + "!" + failure);
    }
    return all;
  }
  std::vector<std::string> told() { return told(opened(), path_.native()); }

  /// The names that it lists, which must be those that it reads.
  std::vector<std::string> listed() {
    TarStream list = opened(TarStream::Pass::list);
    TarStream read = opened();
    std::vector<std::string> names;
    while (const std::optional<Input> input = list.next()) {
      const std::optional<Input> same = read.next();
      EXPECT_TRUE(same && same->name == input->name) << input->name;
      if (same) {
        EXPECT_EQ(same->source->identify(), input->source->identify());
      }
      names.push_back(input->name == path_ ? "" : input->name.substr(path_.native().size() + 1));
    }
    EXPECT_FALSE(read.next());
    return names;
  }

  TemporaryDirectory directory_;
  std::filesystem::path path_ = directory_ / "x.tar";
  FolderOptions members_;
};

TEST_F(TarStreamTest, GivesTheImagesInTheTarsOrder) {
  make(tar_of({{"d/", "", '5'}, {"d/z.jpg", "zz"}, {"notes.md", "x"}, {"./a.PNG", std::string(1000, 'a')}}));
  EXPECT_THAT(told(), ElementsAre("d/z.jpg=zz", "a.PNG=" + std::string(1000, 'a')));
  EXPECT_THAT(listed(), ElementsAre("d/z.jpg", "a.PNG"));
}

TEST_F(TarStreamTest, TheIdentityIsTheMembersSizeAndTheTarsTime) {
  make(tar_of({{"a.jpg", "12345", '0', 77}}));
  TarStream stream = opened();
  const std::optional<Input> input = stream.next();
  EXPECT_EQ(input->source->identify(), (FileIdentity{5, kMtime}));
  std::vector<std::byte> bytes;
  EXPECT_EQ(input->source->read(bytes), (FileIdentity{5, kMtime}));
}

TEST_F(TarStreamTest, NamesAreOnlyNames) {
  make(tar_of({{"/abs.jpg", "1"},
               {"../../up.jpg", "2"},
               {"new\nline.jpg", "3"},
               {"\xff.jpg", "4"},
               {"a.jpg", "5"},
               {"a.jpg", "6"},
               {"empty.jpg", ""}}));
  EXPECT_THAT(told(), ElementsAre("/abs.jpg=1", "../../up.jpg=2", "new\nline.jpg=3", "\xff.jpg=4", "a.jpg=5",
                                  "a.jpg=6", "empty.jpg="));
}

TEST_F(TarStreamTest, LongNamesAreWhole) {
  const std::string name = std::string(300, 'n') + "\xc3\xa9.jpg";
  const std::string record = " path=" + name + "\n";
  const std::string pax = std::to_string(record.size() + 3) + record;
  make(tar_of({{"././@LongLink", name + '\0', 'L'}, {"cut", "gnu"}, {"pax", pax, 'x'}, {"cut", "posix"}}));
  EXPECT_THAT(told(), ElementsAre(name + "=gnu", name + "=posix"));
}

TEST_F(TarStreamTest, LinksAndWhatElseIsNoFileAreNoImages) {
  make(tar_of({{"a.jpg", "a"},
               {"hard.jpg", "", '1'},
               {"soft.jpg", "", '2'},
               {"fifo.jpg", "", '6'},
               {"d.jpg", "", '5'}}));
  EXPECT_THAT(told(), ElementsAre("a.jpg=a"));
}

TEST_F(TarStreamTest, HiddenMembersAreLeftOutUnlessAskedFor) {
  make(tar_of(
      {{"._a.jpg", "1"}, {".d/b.jpg", "2"}, {"d/.c.jpg", "3"}, {"./d/e.jpg", "4"}, {"d/../f.jpg", "5"}}));
  EXPECT_THAT(listed(), ElementsAre("d/e.jpg", "d/../f.jpg"));
  members_.hidden = true;
  EXPECT_EQ(listed().size(), 5u);
}

TEST_F(TarStreamTest, GlobsChooseAsInFolders) {
  make(tar_of({{"a.jpg", "1"}, {"thumbs/b.jpg", "2"}, {"d/thumbs/c.jpg", "3"}, {"e.raw", "4"}}));
  members_.exclude = {"thumbs"};
  EXPECT_THAT(listed(), ElementsAre("a.jpg", "d/thumbs/c.jpg"));
  members_.include = {"*.raw", "thumbs/*"};
  EXPECT_THAT(listed(), ElementsAre("e.raw"));
}

class SampleTest : public TarStreamTest {
 protected:
  /// Each input as "member: cls|txt|json".
  std::vector<std::string> columns(std::uint64_t passed_over = 0) {
    TarStream stream = opened(TarStream::Pass::read, passed_over);
    std::vector<std::string> all;
    while (const std::optional<Input> input = stream.next()) {
      all.push_back(input->name.substr(path_.native().size() + 1) + ": " + input->columns.at(0) + "|" +
                    input->columns.at(1) + "|" + input->columns.at(2));
    }
    return all;
  }
};

TEST_F(SampleTest, ColumnsStandBeforeOrBehindTheImage) {
  make(tar_of({{"a.cls", "7\n"},
               {"a.jpg", "a"},
               {"a.TXT", " a cat\r\n\n"},
               {"b.jpg", "b"},
               {"b.json", "{}"},
               {"c.jpg", "c"}}));
  EXPECT_THAT(columns(), ElementsAre("a.jpg: 7| a cat|", "b.jpg: ||{}", "c.jpg: ||"));
  EXPECT_THAT(listed(), ElementsAre("a.jpg", "b.jpg", "c.jpg"));
}

TEST_F(SampleTest, ASampleMayHoldSeveralImages) {
  make(tar_of({{"a.left.jpg", "l"}, {"a.cls", "7"}, {"a.right.jpg", "r"}, {"b/a.jpg", "x"}}));
  EXPECT_THAT(columns(), ElementsAre("a.left.jpg: 7||", "a.right.jpg: 7||", "b/a.jpg: ||"));
}

TEST_F(SampleTest, OnlyNeighboursAreASample) {
  make(tar_of({{"a.jpg", "a"}, {"b.jpg", "b"}, {"a.cls", "7"}, {"c.part.cls", "8"}, {"c.jpg", "c"}}));
  EXPECT_THAT(columns(), ElementsAre("a.jpg: ||", "b.jpg: ||", "c.jpg: ||"));
}

TEST_F(SampleTest, TooLargeAColumnIsAFailedInputWhereItsSampleHasAnImage) {
  const std::string large(kLargestColumn + 1, 'x'), largest(kLargestColumn, 'y');
  make(tar_of({{"a.json", large}, {"a.jpg", "a"}, {"b.json", large}, {"c.jpg", "c"}, {"c.txt", largest}}));
  EXPECT_THAT(columns(), ElementsAre("a.jpg: ||", "a.json: ||", "c.jpg: |" + largest + "|"));
  EXPECT_EQ(told().at(1), "a.json!permanent: larger than 1 MiB: the column json is left empty");
  EXPECT_THAT(listed(), ElementsAre("a.jpg", "a.json", "c.jpg"));
}

/// Photographs whose names have many dots may all be of one sample: their bytes do not wait for its end.
TEST_F(SampleTest, AnEndlessSampleIsGivenInPieces) {
  std::vector<TarEntry> entries;
  for (std::size_t i = 0; i < TarStream::kLargestSample; ++i)
    entries.push_back({"img." + std::to_string(i) + ".jpg", "x"});
  entries.push_back({"img.cls", "7"});
  entries.push_back({"img.last.jpg", "x"});
  make(tar_of(entries));
  const std::vector<std::string> all = columns();
  ASSERT_EQ(all.size(), TarStream::kLargestSample + 1);
  EXPECT_EQ(all.front(), "img.0.jpg: ||");
  EXPECT_EQ(all.back(), "img.last.jpg: 7||");
}

TEST_F(SampleTest, PassingOverTheFirstChangesNothingOfTheRest) {
  const std::string large(kLargestColumn + 1, 'x');
  make(tar_of({{"a.cls", "7"},
               {"a.0.jpg", "a"},
               {"a.json", large},
               {"a.1.jpg", "a"},
               {"b.jpg", "b"},
               {"b.cls", "8"}}));
  const std::vector<std::string> all = columns();
  ASSERT_EQ(all.size(), 4u);
  for (std::size_t first = 0; first <= all.size(); ++first)
    EXPECT_EQ(columns(first), std::vector(all.begin() + static_cast<std::ptrdiff_t>(first), all.end()))
        << first;
}

TEST_F(TarStreamTest, WhatCameBeforeACutStays) {
  const std::string whole = tar_of({{"a.jpg", std::string(600, 'a')}, {"b.jpg", std::string(600, 'b')}});
  const std::string a = "a.jpg=" + std::string(600, 'a'), b = "b.jpg=" + std::string(600, 'b');
  constexpr std::size_t kMember = 512 + 1024;
  for (std::size_t length = 512; length < whole.size(); length += 64) {
    make(whole.substr(0, length));
    const std::vector<std::string> all = told();
    if (length < kMember) {
      EXPECT_THAT(all, ElementsAre("!permanent: truncated tar")) << length;
    } else if (length == kMember) {
      EXPECT_THAT(all, ElementsAre(a, "!permanent: truncated tar: its end is missing"));
    } else if (length < 2 * kMember) {
      EXPECT_THAT(all, ElementsAre(a, "!permanent: truncated tar")) << length;
    } else if (length == 2 * kMember) {
      EXPECT_THAT(all, ElementsAre(a, b, "!permanent: truncated tar: its end is missing"));
    } else if (length >= 2 * kMember + 512) {
      EXPECT_THAT(all, ElementsAre(a, b)) << length;
    }
    listed();
  }
}

TEST_F(TarStreamTest, ACutWithinAMembersHeadersIsACut) {
  const std::string a = tar_member({"a.jpg", "a"}), pax = tar_member({"pax", "14 path=b.jpg\n", 'x'});
  for (std::size_t length = 64; length <= pax.size(); length += 64) {
    make(a + pax.substr(0, length));
    EXPECT_THAT(told(), ElementsAre("a.jpg=a", "!permanent: truncated tar")) << length;
  }
}

TEST_F(TarStreamTest, WhatCameBeforeDamageStays) {
  std::string tar = tar_of({{"a.jpg", "a"}, {"b.jpg", "b"}, {"c.jpg", "c"}});
  tar[1024 + 10] ^= 1;  // of the second header
  make(tar);
  EXPECT_THAT(told(), ElementsAre("a.jpg=a", "!permanent: damaged tar: Damaged tar archive"));
  EXPECT_THAT(listed(), ElementsAre("a.jpg", ""));
}

TEST_F(TarStreamTest, WhatIsNoTarOrHasNoImagesFails) {
  for (const std::string& bytes : {std::string(), std::string("\x89PNG"), std::string(5000, 'x')}) {
    make(bytes);
    EXPECT_THAT(told(), ElementsAre("!permanent: not a tar"));
  }
  make(tar_of({{"a.txt", "x"}}));
  EXPECT_THAT(told(), ElementsAre("!permanent: no images in this tar"));
  make(kTarEnd);
  EXPECT_THAT(told(), ElementsAre("!permanent: no images in this tar"));
}

TEST_F(TarStreamTest, ATarThatCannotBeOpenedFailsAsAFileDoes) {
  EXPECT_THAT(told(), ElementsAre("!transient: No such file or directory"));
  ASSERT_EQ(::mkfifo(path_.c_str(), 0666), 0);
  EXPECT_THAT(told(), ElementsAre("!permanent: not a regular file"));
}

TEST_F(TarStreamTest, WhatAHeaderSaysIsNotBelieved) {
  for (const unsigned long long size : {1ULL << 29, kLargestEncodedImage + 1ULL, 0777'7777'7777ULL}) {
    make(tar_member({"a.jpg", "a"}) + tar_header({"b.jpg"}, size) + std::string(700, 'b'));
    EXPECT_THAT(told(), ElementsAre("a.jpg=a", "!permanent: truncated tar")) << size;
    EXPECT_THAT(listed(), ElementsAre("a.jpg", ""));
  }
}

TEST_F(TarStreamTest, AMemberThatIsTooLargeCostsItselfOnly) {
  make(tar_member({"a.jpg", "a"}) + tar_header({"b.jpg"}, kLargestEncodedImage + 512));
  const auto there = std::filesystem::file_size(path_) + kLargestEncodedImage + 512;
  std::filesystem::resize_file(path_, there);  // a hole
  std::ofstream(path_, std::ios::app | std::ios::binary) << tar_of({{"c.jpg", "c"}});
  EXPECT_THAT(told(), ElementsAre("a.jpg=a", "b.jpg!permanent: larger than 1024 MiB", "c.jpg=c"));
  EXPECT_THAT(listed(), ElementsAre("a.jpg", "b.jpg", "c.jpg"));
}

TEST_F(TarStreamTest, ATarThatIsWrittenToWhileItIsReadIsNotTrusted) {
  make(tar_of({{"a.jpg", "a"}, {"b.jpg", "b"}, {"c.jpg", "c"}}));
  TarStream stream = opened();
  ASSERT_TRUE(stream.next());  // two were read by now, for the second ends the first's sample
  std::ofstream(path_, std::ios::app) << "more";
  EXPECT_THAT(told(std::move(stream), path_.native()),
              ElementsAre("b.jpg=b", "!transient: changed while it was read"));
}

TEST_F(TarStreamTest, LeaksNoDescriptor) {
  make(tar_of({{"a.jpg", "a"}}));
  const auto open_descriptors = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
  };
  TarStream stream = opened();
  const auto before = open_descriptors();
  EXPECT_EQ(names_of(stream).size(), 1u);
  EXPECT_EQ(open_descriptors(), before);
}

class TarOnStdinTest : public ::testing::Test {
 protected:
  TarOnStdinTest() {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) throw std::runtime_error("pipe");
    reader_ = FileDescriptor(ends[0], "pipe");
    writer_ = FileDescriptor(ends[1], "pipe");
  }
  TarStream opened() {
    auto tar = std::make_shared<TarFile>();
    tar->name = "data.tar";
    tar->on_stdin = true;
    return TarStream(std::move(tar), TarStream::Pass::read, std::make_shared<Cancellation>());
  }
  void send(std::string_view bytes) { writer_.write_all(std::as_bytes(std::span(bytes))); }

  FileDescriptor reader_, writer_;
};

TEST_F(TarOnStdinTest, IsReadFromAPipeAsItFills) {
  const RedirectedDescriptor redirected(STDIN_FILENO, reader_);
  TarStream stream = opened();
  send(tar_member({"a.jpg", "a", '0', 77}) + tar_member({"b.jpg", "b"}));
  const std::optional<Input> input = stream.next();
  ASSERT_TRUE(input);
  EXPECT_EQ(input->name, "data.tar/a.jpg");
  EXPECT_EQ(input->source->identify(), (FileIdentity{1, 77'000'000'000}));
  EXPECT_EQ(text_of(*input->source), "a");
  send(kTarEnd);
  writer_.close();
  EXPECT_THAT(names_of(stream), ElementsAre("data.tar/b.jpg"));
}

TEST_F(TarOnStdinTest, AWaitForMoreCanBeCancelled) {
  const RedirectedDescriptor redirected(STDIN_FILENO, reader_);
  TarStream stream = opened();
  send(tar_member({"a.jpg", "a"}).substr(0, 700));
  std::future<std::optional<Input>> next =
      std::async(std::launch::async, [&stream] { return stream.next(); });
  stream.cancel();
  EXPECT_FALSE(next.get());
  EXPECT_FALSE(stream.next());
}

TEST_F(TarOnStdinTest, AnEndWithoutATarFails) {
  const RedirectedDescriptor redirected(STDIN_FILENO, reader_);
  TarStream stream = opened();
  writer_.close();
  const std::optional<Input> input = stream.next();
  EXPECT_EQ(input->name, "data.tar");
  EXPECT_EQ(failure_of(*input->source), "permanent: not a tar");
  EXPECT_FALSE(stream.next());
}

}  // namespace
}  // namespace vit_embed
