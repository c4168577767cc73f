#include "formats/csv_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "base/error.h"
#include "formats/csv.h"

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

TEST(CsvRecords, AreTheLines) {
  EXPECT_THAT(records_of("row,path\n0,a.jpg\r\n1,b\n"), ElementsAre("row,path", "0,a.jpg", "1,b"));
  EXPECT_THAT(records_of("0,a\n\nlast"), ElementsAre("0,a", "", "last"));
  EXPECT_THAT(records_of(""), IsEmpty());
}

TEST(CsvRecords, MaySpanLinesWithinQuotes) {
  EXPECT_THAT(records_of("0,\"a\nb\"\"\n\"\n1,c\n"), ElementsAre("0,\"a\nb\"\"\n\"", "1,c"));
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
