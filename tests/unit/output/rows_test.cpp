#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cstdlib>
#include <limits>
#include <map>
#include <random>

#include "output/csv_rows.h"
#include "output/jsonl_rows.h"
#include "output/row_writer.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

using namespace std::string_literals;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

OutputSpec spec_of(OutputFormat format, std::vector<std::string> columns) {
  OutputSpec spec;
  spec.format = format;
  spec.columns = std::move(columns);
  return spec;
}

/// What a format makes of one row, without its header.
std::string written(OutputFormat format, std::string_view name, const std::vector<float>& row,
                    ElementType dtype = ElementType::float32,
                    const std::map<std::string, std::string>& columns = {}) {
  const TemporaryDirectory directory;
  AppendFile file = AppendFile::create(directory / "rows", "");
  FeatureSpec feature;
  feature.fingerprint.dtype = dtype;
  std::vector<std::string> names, values;
  for (const auto& [column, value] : columns) {
    names.push_back(column);
    values.push_back(value);
  }
  make_row_writer(spec_of(format, names), feature, file)->write_row(name, values, row);
  file.mark();
  return file_content(directory / "rows");
}

std::string number(float value) {
  std::string text;
  append_number(text, value);
  return text;
}

std::string json_string(std::string_view bytes) {
  std::string text;
  append_json_string(text, bytes);
  return text;
}

TEST(RowsHeader, IsEachFormats) {
  FeatureSpec tokens;
  tokens.row_shape = {2, 3};
  tokens.fingerprint.dtype = ElementType::float16;
  EXPECT_EQ(rows_header(spec_of(OutputFormat::csv, {}), tokens), "path,f0,f1,f2,f3,f4,f5\n");
  EXPECT_EQ(rows_header(spec_of(OutputFormat::csv, {"label", "cls"}), tokens),
            "path,label,cls,f0,f1,f2,f3,f4,f5\n");
  EXPECT_EQ(rows_header(spec_of(OutputFormat::jsonl, {"label"}), tokens), "");
  const std::string npy = rows_header(spec_of(OutputFormat::npy, {"label"}), tokens);
  EXPECT_EQ(npy.size(), 128u);
  EXPECT_THAT(npy, ::testing::HasSubstr("'descr': '<f2', 'fortran_order': False, 'shape': (0, 2, 3), "));
}

TEST(CsvRows, AreExact) {
  EXPECT_EQ(written(OutputFormat::csv, "a.jpg", {0, -0.0f, 1, 0.1f, -1.5e-7f, 16777216, 1e30f}),
            "a.jpg,0,-0,1,0.1,-1.5e-07,16777216,1e+30\n");
  EXPECT_EQ(written(OutputFormat::csv, "a, \"b\"\n.jpg", {1}), "\"a, \"\"b\"\"\n.jpg\",1\n");
  EXPECT_EQ(written(OutputFormat::csv, "\xff.jpg", {kNaN, -kNaN, kInfinity, -kInfinity}),
            "\xff.jpg,nan,nan,inf,-inf\n");
  EXPECT_EQ(written(OutputFormat::csv, "a", {0.1f, 1e-10f, 1e6f}, ElementType::float16),
            "a,0.099975586,0,inf\n");
}

TEST(Rows, HaveTheirColumnsWhereTheyHaveTheirNames) {
  const std::map<std::string, std::string> columns{{"label", "a \"b\", c"}, {"txt", ""}};
  EXPECT_EQ(written(OutputFormat::csv, "x", {1}, ElementType::float32, columns), "x,\"a \"\"b\"\", c\",,1\n");
  EXPECT_EQ(written(OutputFormat::jsonl, "x", {1}, ElementType::float32, columns),
            "{\"path\":\"x\",\"label\":\"a \\\"b\\\", c\",\"txt\":\"\",\"embedding\":[1]}\n");
  EXPECT_EQ(written(OutputFormat::npy, "x", {0}, ElementType::float32, columns), std::string(4, '\0'));
}

TEST(JsonlRows, AreExact) {
  EXPECT_EQ(written(OutputFormat::jsonl, "a.jpg", {0, 0.1f, -2}),
            "{\"path\":\"a.jpg\",\"embedding\":[0,0.1,-2]}\n");
  EXPECT_EQ(written(OutputFormat::jsonl, "a", {kNaN, kNaN}), "{\"path\":\"a\",\"embedding\":null}\n");
  EXPECT_EQ(written(OutputFormat::jsonl, "a", {1, kNaN, kInfinity, -kInfinity}),
            "{\"path\":\"a\",\"embedding\":[1,null,null,null]}\n");
  EXPECT_EQ(written(OutputFormat::jsonl, "a", {0.1f, 1e6f}, ElementType::float16),
            "{\"path\":\"a\",\"embedding\":[0.099975586,null]}\n");
}

TEST(NpyRows, AreTheNumbersBytes) {
  const std::vector<float> row{1, -2.5f};
  EXPECT_EQ(written(OutputFormat::npy, "ignored", row), "\0\0\x80\x3f\0\0\x20\xc0"s);
  EXPECT_EQ(written(OutputFormat::npy, "ignored", row, ElementType::float16), "\0\x3c\0\xc1"s);
  EXPECT_EQ(written(OutputFormat::npy, "ignored", {kNaN}, ElementType::float16).at(1) & 0x7e, 0x7e);
}

TEST(RowNumbers, ReadBackToTheSameFloatAndAreShort) {
  std::mt19937 random(5);
  for (int i = 0; i < 100'000; ++i) {
    const float value = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    if (!(value - value == 0)) continue;  // not finite
    const std::string text = number(value);
    ASSERT_EQ(std::bit_cast<std::uint32_t>(std::strtof(text.c_str(), nullptr)),
              std::bit_cast<std::uint32_t>(value))
        << text;
    ASSERT_LE(text.size(), 15u) << text;
  }
  EXPECT_EQ(number(0.3f), "0.3");
  EXPECT_EQ(number(std::numeric_limits<float>::denorm_min()), "1e-45");
}

TEST(JsonString, EscapesWhatJsonMust) {
  EXPECT_EQ(json_string("a\"b\\c\n\t\x01\x1f\x7f/'"), "\"a\\\"b\\\\c\\u000a\\u0009\\u0001\\u001f\\u007f/'\"");
  EXPECT_EQ(json_string("\0"s), "\"\\u0000\"");
  EXPECT_EQ(json_string(""), "\"\"");
}

TEST(JsonString, KeepsUtf8) {
  for (const char* text :
       {"\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf",
        "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "caf\xc3\xa9 \xf0\x9f\x98\x80 x"}) {
    EXPECT_EQ(json_string(text), '"' + std::string(text) + '"');
  }
}

/// As os.fsdecode() gives them: every byte of an ill-formed sequence is a lone surrogate of its own.
TEST(JsonString, EscapesEveryByteThatIsNotUtf8AsASurrogate) {
  EXPECT_EQ(json_string("\xff"), "\"\\udcff\"");
  EXPECT_EQ(json_string("caf\xe9.jpg"), "\"caf\\udce9.jpg\"");
  EXPECT_EQ(json_string("\x80"), "\"\\udc80\"");
  EXPECT_EQ(json_string("\xc0\xaf"), "\"\\udcc0\\udcaf\"") << "overlong";
  EXPECT_EQ(json_string("\xe0\x9f\xbf"), "\"\\udce0\\udc9f\\udcbf\"") << "overlong";
  EXPECT_EQ(json_string("\xed\xa0\x80"), "\"\\udced\\udca0\\udc80\"") << "a surrogate in UTF-8";
  EXPECT_EQ(json_string("\xf4\x90\x80\x80"), "\"\\udcf4\\udc90\\udc80\\udc80\"") << "beyond U+10FFFF";
  EXPECT_EQ(json_string("\xf0\x9f\x98"), "\"\\udcf0\\udc9f\\udc98\"") << "cut";
  EXPECT_EQ(json_string("\xe2\x82x"), "\"\\udce2\\udc82x\"");
}

}  // namespace
}  // namespace vit_embed
