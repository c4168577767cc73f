#include "formats/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "base/error.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::string_literals;

using Records = std::vector<std::vector<std::string>>;

std::string field(std::string_view text) {
  std::string line;
  append_csv_field(line, text);
  return line;
}

Records records_of(const std::string& content) {
  const TemporaryDirectory directory;
  write_file(directory / "x.csv", content);
  CsvReader reader(directory / "x.csv");
  Records records;
  while (auto record = reader.next()) records.push_back(std::move(*record));
  return records;
}

TEST(CsvField, IsQuotedOnlyWhereItMustBe) {
  EXPECT_EQ(field("plain name.jpg"), "plain name.jpg");
  EXPECT_EQ(field(""), "");
  EXPECT_EQ(field("a,b"), "\"a,b\"");
  EXPECT_EQ(field("a\"b\""), "\"a\"\"b\"\"\"");
  EXPECT_EQ(field("a\nb"), "\"a\nb\"");
  EXPECT_EQ(field("a\rb"), "\"a\rb\"");
  EXPECT_EQ(field("\xff\xfe;'\t"), "\xff\xfe;'\t");
}

TEST(CsvReader, ReadsRecords) {
  EXPECT_EQ(records_of("row,path\n0,a.jpg\n1,b.jpg\n"),
            (Records{{"row", "path"}, {"0", "a.jpg"}, {"1", "b.jpg"}}));
  EXPECT_EQ(records_of("a,,\n,b,\n"), (Records{{"a", "", ""}, {"", "b", ""}}));
}

TEST(CsvReader, ReadsQuotedFields) {
  EXPECT_EQ(records_of("\"a,b\",\"say \"\"x\"\"\",\"\"\n"), (Records{{"a,b", "say \"x\"", ""}}));
  EXPECT_EQ(records_of("0,\"two\nlines\r\n\"\n1,b\n"), (Records{{"0", "two\nlines\r\n"}, {"1", "b"}}));
  EXPECT_EQ(records_of("a\"b,c\n"), (Records{{"a\"b", "c"}})) << "a quote within an unquoted field is a byte";
}

TEST(CsvReader, EndsRecordsAtLfAndCrlfAndKeepsALoneCr) {
  EXPECT_EQ(records_of("a,b\r\nc,d\r\n"), (Records{{"a", "b"}, {"c", "d"}}));
  EXPECT_EQ(records_of("\"a\"\r\n\"b\"\r\n"), (Records{{"a"}, {"b"}}));
  EXPECT_EQ(records_of("a\rb\n"), (Records{{"a\rb"}}));
}

TEST(CsvReader, TakesALastRecordWithoutANewline) {
  EXPECT_EQ(records_of("a,b\nc"), (Records{{"a", "b"}, {"c"}}));
  EXPECT_EQ(records_of("a,"), (Records{{"a", ""}}));
}

TEST(CsvReader, AnEmptyFileHasNoRecords) {
  EXPECT_TRUE(records_of("").empty());
}

TEST(CsvReader, AQuoteThatIsNeverClosedIsAnErrorThatNamesTheFile) {
  try {
    records_of("a,b\n0,\"never closed\n1,c\n");
    FAIL() << "no error";
  } catch (const FatalError& e) {
    EXPECT_THAT(e.what(), HasSubstr("x.csv': a quoted field is never closed"));
  }
}

TEST(CsvReader, ReadsBackAnyBytes) {
  std::minstd_rand random(7);
  const std::string alphabet = "\",\r\n\0a\xff\xc3 "s;
  Records sent;
  std::string content;
  for (int i = 0; i < 6000; ++i) {
    std::vector<std::string> record(1 + random() % 4);
    for (std::string& text : record) {
      for (auto n = random() % 12; n > 0; --n) text += alphabet[random() % alphabet.size()];
      if (&text != record.data()) content += ',';
      append_csv_field(content, text);
    }
    content += '\n';
    sent.push_back(std::move(record));
  }
  ASSERT_GT(content.size(), std::size_t{1} << 16) << "too little to cross the reader's buffer";
  EXPECT_EQ(records_of(content), sent);
}

TEST(CsvReader, ReadsRecordsLongerThanItsBuffer) {
  const std::string filler(300'000, 'x');
  EXPECT_EQ(records_of("a\n\"" + filler + "\n\"\"" + filler + "\",b\r\n" + filler + ",c\nd"),
            (Records{{"a"}, {filler + "\n\"" + filler, "b"}, {filler, "c"}, {"d"}}));
}

/// What the reader looks ahead for may stand on either side of the end of its buffer of 64 KiB.
TEST(CsvReader, LooksAheadAcrossItsBuffer) {
  for (std::size_t length = 65'528; length < 65'540; ++length) {
    const std::string filler(length, 'x');
    EXPECT_EQ(records_of(filler + "\r\n\"a\"\"b\"\r\n"), (Records{{filler}, {"a\"b"}})) << length;
  }
}

TEST(CsvReader, NamesAFileThatIsNotThere) {
  EXPECT_THROW(CsvReader("/nonexistent/x.csv"), FatalError);
}

}  // namespace
}  // namespace vit_embed
