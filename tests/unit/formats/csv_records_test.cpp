#include "formats/csv_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <vector>

#include "base/error.h"
#include "formats/csv.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> records_of(std::string_view text) {
  std::vector<std::string> records;
  CsvRecords reader(text);
  while (const auto record = reader.next()) records.emplace_back(*record);
  return records;
}

using Fields = std::vector<std::vector<std::string>>;

/// Nothing where a quote is never closed.
std::optional<Fields> fields_or_error(CsvRecords reader) {
  Fields records;
  try {
    while (const auto record = reader.next()) {
      records.emplace_back();
      for (std::size_t i = 0; const auto field = csv_field(*record, i); ++i) records.back().push_back(*field);
    }
  } catch (const FatalError&) {
    return std::nullopt;
  }
  return records;
}

std::optional<Fields> fields_or_error(CsvReader reader) {
  Fields records;
  try {
    while (const auto record = reader.next()) records.push_back(*record);
  } catch (const FatalError&) {
    return std::nullopt;
  }
  return records;
}

TEST(CsvRecords, AreTheLines) {
  EXPECT_THAT(records_of("row,path\n0,a.jpg\r\n1,b\n"), ElementsAre("row,path", "0,a.jpg", "1,b"));
  EXPECT_THAT(records_of("0,a\n\nlast"), ElementsAre("0,a", "", "last"));
  EXPECT_THAT(records_of(""), IsEmpty());
}

TEST(CsvRecords, MaySpanLinesWithinQuotes) {
  EXPECT_THAT(records_of("0,\"a\nb\"\"\n\"\n1,c\n"), ElementsAre("0,\"a\nb\"\"\n\"", "1,c"));
}

TEST(CsvRecords, AQuoteThatOpensNoFieldIsAByte) {
  EXPECT_THAT(records_of("0,5\" disk\n1,\"a\"b\"\n2,c\n"), ElementsAre("0,5\" disk", "1,\"a\"b\"", "2,c"));
  EXPECT_EQ(csv_field("0,5\" disk", 1), "5\" disk");
  EXPECT_EQ(csv_field("1,\"a\"b\",c", 1), "ab\"");
  EXPECT_EQ(csv_field("1,\"a\"b\",c", 2), "c");
}

TEST(CsvRecords, OnlyALineEndTakesACarriageReturnAway) {
  EXPECT_THAT(records_of("a\r\r\n\"b\r\"\nc\r"), ElementsAre("a\r", "\"b\r\"", "c\r"));
}

TEST(CsvRecords, HaveTheFieldsThatTheReaderOfFilesReadsWhateverTheTextIs) {
  const TemporaryDirectory directory;
  std::minstd_rand random(5);
  const std::string alphabet = "\"\",,\r\nab";
  for (int i = 0; i < 500; ++i) {
    std::string text;
    for (auto n = random() % 20; n > 0; --n) text += alphabet[random() % alphabet.size()];
    write_file(directory / "x.csv", text);
    EXPECT_EQ(fields_or_error(CsvRecords(text)), fields_or_error(CsvReader(directory / "x.csv"))) << text;
  }
}

TEST(CsvRecords, AQuoteThatIsNeverClosedIsAnError) {
  CsvRecords reader("0,\"a\n1,b\n");
  EXPECT_THROW(reader.next(), FatalError);
}

TEST(CsvField, IsWhatWasWritten) {
  for (const std::string name : {"a.jpg", "", "a,b", "say \"no\"", "\"", "two\nlines", "\"\"", ",", "\xff"}) {
    std::string line;
    append_csv_field(line, name);
    line += ",";
    append_csv_field(line, name);
    EXPECT_EQ(csv_field(line, 0), name);
    EXPECT_EQ(csv_field(line, 1), name);
    EXPECT_EQ(csv_field(line, 2), std::nullopt);
  }
}

}  // namespace
}  // namespace vit_embed
