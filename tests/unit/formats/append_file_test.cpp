#include "formats/append_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

constexpr std::string_view kHeader = "HEAD";

std::uint64_t hash_of(std::string_view text) {
  return xxh3(std::as_bytes(std::span(text)));
}

class AppendFileTest : public ::testing::Test {
 protected:
  std::vector<AppendMark> write_units(const std::vector<std::string>& units) {
    AppendFile file = AppendFile::create(path_, kHeader);
    std::vector<AppendMark> marks;
    for (const std::string& unit : units) {
      file.append(unit);
      marks.push_back(file.mark());
    }
    return marks;
  }

  std::string content() const { return file_content(path_); }

  TemporaryDirectory directory_;
  std::filesystem::path path_ = directory_ / "rows";
};

TEST_F(AppendFileTest, WhatWasMarkedIsInTheFileWhileTheWriterLives) {
  AppendFile file = AppendFile::create(path_, kHeader);
  file.append("one");
  EXPECT_EQ(file.length(), 7u);
  const AppendMark first = file.mark();
  EXPECT_EQ(content(), "HEADone");
  file.append("two!");
  const AppendMark second = file.mark();
  EXPECT_EQ(content(), "HEADonetwo!");
  EXPECT_EQ(first.length, 7u);
  EXPECT_EQ(second.length, 11u);
  EXPECT_EQ(first.xxh3, hash_of("one"));
  EXPECT_EQ(second.xxh3, hash_of("two!"));
}

TEST_F(AppendFileTest, CreateReplacesWhatWasThere) {
  write_file(path_, "something longer than the header");
  AppendFile::create(path_, kHeader);
  EXPECT_EQ(content(), kHeader);
}

TEST_F(AppendFileTest, TakesMoreThanItsBuffer) {
  const std::string large(3'500'000, 'z');
  const auto marks = write_units({large, "end"});
  EXPECT_EQ(content(), std::string(kHeader) + large + "end");
  AppendFile file = AppendFile::reopen(path_, kHeader.size());
  EXPECT_TRUE(file.verify(marks[0]));
  EXPECT_TRUE(file.verify(marks[1]));
}

TEST_F(AppendFileTest, IsTakenUpBehindTheLastGoodMark) {
  const auto marks = write_units({"one", "two"});
  {
    AppendFile file = AppendFile::reopen(path_, kHeader.size());
    ASSERT_TRUE(file.verify(marks[0]));
    EXPECT_EQ(file.length(), 7u);
    ASSERT_TRUE(file.verify(marks[1]));
    file.rewind(7);
    EXPECT_EQ(content(), "HEADone");
    file.append("TWO");
    EXPECT_EQ(file.mark(), (AppendMark{10, hash_of("TWO")}));
  }
  EXPECT_EQ(content(), "HEADoneTWO");
}

TEST_F(AppendFileTest, AMarkOfNothingHolds) {
  const auto marks = write_units({"", "one", ""});
  AppendFile file = AppendFile::reopen(path_, kHeader.size());
  for (const AppendMark& mark : marks) EXPECT_TRUE(file.verify(mark));
  EXPECT_EQ(file.length(), 7u);
}

TEST_F(AppendFileTest, SeesEveryCorruptedByte) {
  const auto marks = write_units({"one", "two"});
  const std::string good = content();
  for (std::size_t i = kHeader.size(); i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x10);
    write_file(path_, bad);
    AppendFile file = AppendFile::reopen(path_, kHeader.size());
    EXPECT_EQ(file.verify(marks[0]), i >= 7) << i;
    EXPECT_FALSE(i >= 7 && file.verify(marks[1])) << i;
  }
}

TEST_F(AppendFileTest, SeesAFileThatIsTooShort) {
  const auto marks = write_units({"one", "two"});
  std::filesystem::resize_file(path_, 9);
  AppendFile file = AppendFile::reopen(path_, kHeader.size());
  EXPECT_TRUE(file.verify(marks[0]));
  EXPECT_FALSE(file.verify(marks[1]));
  EXPECT_EQ(file.length(), 7u);
  file.rewind(file.length());
  file.append("more");
  file.mark();
  EXPECT_EQ(content(), "HEADonemore");
}

TEST_F(AppendFileTest, RefusesAMarkFromBehind) {
  const auto marks = write_units({"one", "two"});
  AppendFile file = AppendFile::reopen(path_, kHeader.size());
  ASSERT_TRUE(file.verify(marks[0]));
  ASSERT_TRUE(file.verify(marks[1]));
  EXPECT_FALSE(file.verify(marks[0]));
}

TEST_F(AppendFileTest, DropsWhatIsNotMarkedYetOnRewind) {
  AppendFile file = AppendFile::create(path_, kHeader);
  file.append("one");
  const AppendMark one = file.mark();
  file.append("dropped");
  file.rewind(one.length);
  file.append("two");
  EXPECT_EQ(file.mark(), (AppendMark{10, hash_of("two")}));
  EXPECT_EQ(content(), "HEADonetwo");
}

TEST_F(AppendFileTest, MarksDoNotCoverTheHeader) {
  const auto marks = write_units({"one"});
  {
    AppendFile file = AppendFile::reopen(path_, kHeader.size());
    ASSERT_TRUE(file.verify(marks[0]));
    file.overwrite_header("DONE");
    file.append("two");
    file.sync();
  }
  EXPECT_EQ(content(), "DONEonetwo");
  AppendFile file = AppendFile::reopen(path_, kHeader.size());
  EXPECT_TRUE(file.verify(marks[0]));
}

TEST_F(AppendFileTest, RefusesAFileThatHasLostItsHeader) {
  write_file(path_, "HEA");
  try {
    AppendFile::reopen(path_, kHeader.size());
    FAIL() << "no error";
  } catch (const FatalError& e) {
    EXPECT_THAT(e.what(), ::testing::HasSubstr(path_.native() + "' has lost its header"));
  }
  EXPECT_THROW(AppendFile::reopen(directory_ / "missing", 0), FatalError);
}

TEST_F(AppendFileTest, SaysWhenTheDiskIsFull) {
  AppendFile file(FileDescriptor::open("/dev/full", O_WRONLY));
  file.append("x");
  EXPECT_THROW(file.mark(), FatalError);
}

}  // namespace
}  // namespace vit_embed
