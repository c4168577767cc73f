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
#include "tar_stream_fixture.h"

namespace vit_embed {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

const std::string kLink = "!permanent: a link in the tar: pack it with --hard-dereference --dereference";

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

TEST_F(TarStreamTest, AnImageThatIsALinkFailsAndWhatElseIsNoFileIsNoImage) {
  make(tar_of({{"a.jpg", "a"},
               {"hard.jpg", "", '1', 0, "a.jpg"},
               {"soft.jpg", "", '2', 0, "a.jpg"},
               {"notes.md", "", '2', 0, "a.jpg"},
               {"fifo.jpg", "", '6'},
               {"d.jpg", "", '5'}}));
  EXPECT_THAT(told(), ElementsAre("a.jpg=a", "hard.jpg" + kLink, "soft.jpg" + kLink));
}

TEST_F(TarStreamTest, ALinkThatBringsItsContentIsPassedOverWithIt) {
  make(tar_of({{"a.jpg", "a"},
               {"pax", "15 comment=none\n", 'x'},
               {"hard.jpg", "a", '1', 0, "a.jpg"},
               {"b.jpg", "b"}}));
  EXPECT_THAT(told(), ElementsAre("a.jpg=a", "hard.jpg" + kLink, "b.jpg=b"));
}

/// A member as GNU tar writes it with --sparse --format=posix: `map` has how many pieces there are, and the
/// offset and length of each, and `data` is what they hold.
std::string sparse_member(const std::string& name, std::uint64_t size, std::string map,
                          const std::string& data) {
  std::string records;
  for (const std::string& field :
       {std::string("major=1"), std::string("minor=0"), "name=" + name, "realsize=" + std::to_string(size)}) {
    const std::string record = " GNU.sparse." + field + "\n";
    records += std::to_string(record.size() + 2) + record;
  }
  map.resize(512);
  return tar_member({"pax", records, 'x'}) + tar_member({"GNUSparseFile.0/" + name, map + data});
}

TEST_F(TarStreamTest, TheHolesOfASparseMemberAreZeros) {
  make(sparse_member("s.jpg", 5000, "1\n1000\n3\n", "abc") +
       sparse_member("s.jpg", 5000, "1\n5000\n0\n", "") + sparse_member("s.jpg", 5000, "0\n", "") +
       tar_of({{"t.jpg", "t"}}));
  const std::string hole = "s.jpg=" + std::string(5000, '\0');
  EXPECT_THAT(told(), ElementsAre("s.jpg=" + std::string(1000, '\0') + "abc" + std::string(3997, '\0'), hole,
                                  hole, "t.jpg=t"));
}

TEST_F(TarStreamTest, AHoleThatIsTooLargeCostsItsMemberOnly) {
  const std::uint64_t far = std::uint64_t{1} << 40;
  const std::string map = "1\n" + std::to_string(far) + "\n3\n";
  make(sparse_member("s.jpg", far + 3, map, "abc") + sparse_member("t.jpg", 100, map, "abc") +
       sparse_member("u.jpg", 100, "1\n98\n3\n", "abc") + tar_of({{"v.jpg", "v"}}));
  const std::string bad = "!permanent: a sparse file whose pieces do not fit in it";
  EXPECT_THAT(told(),
              ElementsAre("s.jpg!permanent: larger than 1024 MiB", "t.jpg" + bad, "u.jpg" + bad, "v.jpg=v"));
  EXPECT_THAT(listed(), ElementsAre("s.jpg", "t.jpg", "u.jpg", "v.jpg"));
}

TEST_F(TarStreamTest, PiecesOfASparseMemberThatAreNotInOrderCostItOnly) {
  make(sparse_member("s.jpg", 100, "2\n50\n1\n10\n1\n", "ab") + tar_of({{"t.jpg", "t"}}));
  EXPECT_THAT(told(), ElementsAre("s.jpg!permanent: a sparse file whose pieces do not fit in it", "t.jpg=t"));
}

/// Two of a GiB would be in memory at once.
TEST_F(TarStreamTest, TheNextImageIsNotReadBeforeTheLastOneIsFetched) {
  std::string b(std::size_t{1} << 20, 'b');
  make(tar_of({{"a.jpg", "a"}, {"b.jpg", b}}));
  TarStream stream = opened();
  ASSERT_TRUE(stream.next());
  b.back() = 'B';
  make(tar_of({{"a.jpg", "a"}, {"b.jpg", b}}));
  EXPECT_THAT(told(std::move(stream), path_.native()), ElementsAre("b.jpg=" + b));
}

/// Bytes that this process has read so far, from anywhere.
std::uint64_t bytes_read() {
  std::ifstream io("/proc/self/io");
  std::string name;
  std::uint64_t value = 0;
  io >> name >> value;
  return name == "rchar:" ? value : 0;
}

TEST_F(TarStreamTest, WhatIsListedOrPassedOverIsNotRead) {
  if (bytes_read() == 0) GTEST_SKIP() << "the kernel does not count what is read";
  constexpr std::size_t kSize = std::size_t{8} << 20;
  const std::string large(kSize, 'a');
  make(tar_of({{"a.jpg", large}, {"b.jpg", large}, {"c.jpg", large}, {"d.jpg", "d"}}));
  std::uint64_t before = bytes_read();
  TarStream stream = opened(TarStream::Pass::list);
  EXPECT_EQ(names_of(stream).size(), 4u);
  EXPECT_LT(bytes_read() - before, kSize / 8);
  before = bytes_read();
  EXPECT_EQ(told(opened(TarStream::Pass::read, 3), path_.native()).size(), 1u);
  EXPECT_LT(bytes_read() - before, kSize / 8);
}

TEST_F(TarStreamTest, ACutIsSeenWhereNothingIsRead) {
  make(tar_member({"a.jpg", std::string(100'000, 'a')}) + tar_header({"b.jpg"}, 1'000'000) +
       std::string(500'000, 'b'));
  EXPECT_THAT(listed(), ElementsAre("a.jpg", ""));
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
    } else if (length % 512 != 0) {
      EXPECT_THAT(all, ElementsAre(a, b, "!permanent: truncated tar")) << length;
    } else {
      EXPECT_THAT(all, ElementsAre(a, b)) << length;
    }
    listed();
  }
}

TEST_F(TarStreamTest, TarsOneBehindTheOtherAreRead) {
  const std::string a = tar_of({{"a.jpg", "a"}}), b = tar_of({{"b.jpg", "b"}});
  make(a + std::string(10'240, '\0') + kTarEnd + b);
  EXPECT_THAT(told(), ElementsAre("a.jpg=a", "b.jpg=b"));
  EXPECT_THAT(listed(), ElementsAre("a.jpg", "b.jpg"));
  make(a + tar_member({"b.jpg", "b"}));
  EXPECT_THAT(told(), ElementsAre("a.jpg=a", "b.jpg=b", "!permanent: truncated tar: its end is missing"));
  make(a + tar_header({"b.jpg"}, 100'000) + "b");
  EXPECT_THAT(told(), ElementsAre("a.jpg=a", "!permanent: truncated tar"));
}

TEST_F(TarStreamTest, WhatIsNoTarBehindItsEndIsAFailure) {
  const std::string a = tar_of({{"a.jpg", "a"}});
  make(a + std::string(5000, 'x'));
  EXPECT_THAT(told(), ElementsAre("a.jpg=a", StartsWith("!permanent: damaged tar: Damaged tar archive")));
  make(a + "x");
  EXPECT_THAT(told(), ElementsAre("a.jpg=a", "!permanent: truncated tar"));
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
  EXPECT_THAT(told(), ElementsAre("a.jpg=a", StartsWith("!permanent: damaged tar: Damaged tar archive")));
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
  ASSERT_TRUE(stream.next());
  std::ofstream(path_, std::ios::app) << "more";
  EXPECT_THAT(told(std::move(stream), path_.native()), ElementsAre("!transient: changed while it was read"));
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

TEST_F(TarOnStdinTest, ACutIsNoEnd) {
  const RedirectedDescriptor redirected(STDIN_FILENO, reader_);
  TarStream stream = opened();
  send(tar_member({"a.jpg", "a"}) + tar_member({"b.jpg", "b"}));  // whose b.cls may be lost
  writer_.close();
  EXPECT_EQ(stream.next()->name, "data.tar/a.jpg");
  for (int i = 0; i < 2; ++i) EXPECT_THROW(stream.next(), CutOffError);
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
