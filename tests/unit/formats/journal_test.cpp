#include "formats/journal.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

std::vector<JournalBatch> some_batches() {
  std::string any_bytes;
  for (int c = 1; c < 256; ++c) any_bytes += static_cast<char>(c);
  return {{{{"a.jpg", {10, 20}, Outcome::row}, {"new\nline", {}, Outcome::transient_failure}},
           {{128, 0xfeedfacecafebeef}, {9, 1}}},
          {{{any_bytes, {~std::uint64_t{0}, -5}, Outcome::permanent_failure}}, {{4096, 2}}},
          {{}, {}},
          {{{"", {1, 1}, Outcome::row}}, {{4096, 2}, {1, 1}, {2, 2}}}};
}

class JournalTest : public ::testing::Test {
 protected:
  std::string written(const std::vector<JournalBatch>& batches) {
    JournalWriter writer = JournalWriter::create(path_);
    for (const JournalBatch& batch : batches) writer.append(batch);
    return file_content(path_);  // while the writer lives: what was appended is there
  }

  std::vector<JournalBatch> read() {
    JournalReader reader(path_);
    std::vector<JournalBatch> batches;
    while (auto batch = reader.next()) batches.push_back(std::move(*batch));
    EXPECT_FALSE(reader.next()) << "a reader that has ended goes on";
    position_ = reader.position();
    return batches;
  }

  TemporaryDirectory directory_;
  std::filesystem::path path_ = directory_ / "journal";
  std::uint64_t position_ = 0;
};

TEST_F(JournalTest, ReadsBackWhatWasWritten) {
  const std::vector<JournalBatch> sent = some_batches();
  const std::string content = written(sent);
  EXPECT_EQ(read(), sent);
  EXPECT_EQ(position_, content.size());
}

TEST_F(JournalTest, CutAnywhereItReadsAsItsWholeRecords) {
  const std::vector<JournalBatch> sent = some_batches();
  std::vector<std::size_t> ends{8};
  for (std::size_t n = 1; n <= sent.size(); ++n)
    ends.push_back(written({sent.begin(), sent.begin() + n}).size());
  const std::string content = written(sent);
  for (std::size_t length = 0; length <= content.size(); ++length) {
    write_file(path_, content.substr(0, length));
    std::size_t whole = 0;
    while (whole < sent.size() && ends[whole + 1] <= length) ++whole;
    ASSERT_EQ(read(), std::vector(sent.begin(), sent.begin() + static_cast<std::ptrdiff_t>(whole))) << length;
    ASSERT_EQ(position_, length < 8 ? 0 : ends[whole]) << length;
  }
}

TEST_F(JournalTest, AFlippedBitAnywhereEndsIt) {
  const std::vector<JournalBatch> sent = some_batches();
  const std::size_t first_end = written({sent[0]}).size();
  const std::string content = written({sent[0], sent[1]});
  for (std::size_t i = 0; i < content.size(); ++i) {
    for (const int bit : {0, 7}) {
      std::string bad = content;
      bad[i] = static_cast<char>(bad[i] ^ (1 << bit));
      write_file(path_, bad);
      const std::vector<JournalBatch> got = read();
      ASSERT_EQ(got.size(), i < first_end ? 0u : 1u) << i;
      ASSERT_TRUE(got.empty() || got[0] == sent[0]);
    }
  }
}

TEST_F(JournalTest, ResumesBehindARecordAndDropsTheTail) {
  const std::vector<JournalBatch> sent = some_batches();
  const std::string one = written({sent[0]});
  const std::string all = written(sent);
  JournalWriter::resume(path_, one.size()).append(sent[3]);
  EXPECT_EQ(read(), (std::vector{sent[0], sent[3]}));
  write_file(path_, all);
  JournalWriter::resume(path_, 8);
  EXPECT_EQ(file_content(path_), "VITJRNL1");
}

TEST_F(JournalTest, AFileThatIsNoJournalHasNoRecordsAndIsReplaced) {
  const std::vector<JournalBatch> sent = some_batches();
  for (const std::string& content :
       {std::string(), std::string("VITJ"), std::string("VITJRNL2 of the future")}) {
    write_file(path_, content);
    EXPECT_TRUE(read().empty());
    EXPECT_EQ(position_, 0u);
    JournalWriter::resume(path_, position_).append(sent[0]);
    EXPECT_EQ(read(), std::vector{sent[0]});
  }
}

TEST_F(JournalTest, ARecordOfAnOutcomeThatIsNoneEndsIt) {
  written({{{{"a.jpg", {1, 1}, static_cast<Outcome>(3)}}, {}}});
  EXPECT_TRUE(read().empty());
  EXPECT_EQ(position_, 8u);
}

TEST_F(JournalTest, ARecordThatClaimsAGigabyteEndsItWithoutAllocatingIt) {
  write_file(path_, written({}) + std::string("\xff\xff\xff\x3f", 4) + "x");
  EXPECT_TRUE(read().empty());
}

TEST_F(JournalTest, NamesAFileThatIsNotThere) {
  EXPECT_THROW(JournalReader(directory_ / "missing"), FatalError);
  EXPECT_THROW(JournalWriter::create(directory_ / "missing" / "journal"), FatalError);
}

}  // namespace
}  // namespace vit_embed
