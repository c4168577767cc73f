#include "formats/npy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace std::string_literals;

std::string padded(std::string dict) {
  dict.resize(117, ' ');
  return "\x93NUMPY\x01\x00\x76\x00"s + dict + "\n";
}

/// A header as another program writes it.
std::string foreign_header(const std::string& dict, char version = 1) {
  std::string header = "\x93NUMPY"s + version + '\0';
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) header += static_cast<char>(dict.size() >> (8 * i) & 0xff);
  return header + dict;
}

NpyDescription read(const std::string& content) {
  const TemporaryDirectory directory;
  write_file(directory / "x.npy", content);
  return read_npy_header(directory / "x.npy");
}

std::string error_of(const std::string& content) {
  try {
    read(content);
  } catch (const FatalError& e) {
    EXPECT_THAT(e.what(), HasSubstr("x.npy"));
    return e.what();
  }
  return "no error";
}

TEST(NpyHeader, IsNumPysToTheByte) {
  EXPECT_EQ(npy_header(ElementType::float32, {5, 1024}),
            padded("{'descr': '<f4', 'fortran_order': False, 'shape': (5, 1024), }"));
  EXPECT_EQ(npy_header(ElementType::float16, {0, 768}),
            padded("{'descr': '<f2', 'fortran_order': False, 'shape': (0, 768), }"));
  EXPECT_EQ(npy_header(ElementType::float32, {3, 197, 1024}),
            padded("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 197, 1024), }"));
  EXPECT_EQ(npy_header(ElementType::float32, {7}),
            padded("{'descr': '<f4', 'fortran_order': False, 'shape': (7,), }"));
}

TEST(NpyHeader, HasOneLengthWhateverTheCountIs) {
  for (const std::uint64_t rows : {std::uint64_t{0}, std::uint64_t{9}, std::uint64_t{1} << 62}) {
    const std::string header = npy_header(ElementType::float32, {rows, 197, 1024});
    EXPECT_EQ(header.size(), kNpyHeaderLength);
    EXPECT_EQ(header.back(), '\n');
  }
}

TEST(NpyReader, ReadsWhatWeWrite) {
  const NpyDescription npy = read(npy_header(ElementType::float16, {2, 3, 4}) + std::string(48, 'x'));
  EXPECT_EQ(npy.descr, "<f2");
  EXPECT_FALSE(npy.fortran_order);
  EXPECT_THAT(npy.shape, ElementsAre(2, 3, 4));
  EXPECT_EQ(npy.header_length, 128u);
  EXPECT_EQ(npy.file_size, 176u);
  EXPECT_TRUE(npy.is_complete());
}

TEST(NpyReader, SeesAFileThatIsTooShortOrTooLong) {
  const std::string header = npy_header(ElementType::float32, {2, 3});
  EXPECT_TRUE(read(header + std::string(24, 'x')).is_complete());
  EXPECT_FALSE(read(header + std::string(23, 'x')).is_complete());
  EXPECT_FALSE(read(header + std::string(25, 'x')).is_complete());
  EXPECT_FALSE(read(header).is_complete());
  EXPECT_FALSE(read(npy_header(ElementType::float32, {std::uint64_t{1} << 62, 4})).is_complete())
      << "the product of the dimensions wraps around to 0";
}

TEST(NpyReader, ReadsHeadersOfNumPy) {
  const std::string version1 =
      "{'descr': '<f8', 'fortran_order': True, 'shape': (3, 2), }" + std::string(11, ' ') + "\n";
  NpyDescription npy = read(foreign_header(version1) + std::string(48, 'x'));
  EXPECT_EQ(npy.descr, "<f8");
  EXPECT_TRUE(npy.fortran_order);
  EXPECT_THAT(npy.shape, ElementsAre(3, 2));
  EXPECT_EQ(npy.header_length, 10 + version1.size());
  EXPECT_TRUE(npy.is_complete());

  npy = read(foreign_header("{'descr': '|u1', 'fortran_order': False, 'shape': (), }\n", 2) + "x");
  EXPECT_THAT(npy.shape, IsEmpty());
  EXPECT_EQ(npy.header_length, 12u + 56u);
  EXPECT_TRUE(npy.is_complete());

  const std::string python2 = "{'descr': '>i2', 'fortran_order': False, 'shape': (4L, 1L), }\n";
  npy = read(foreign_header(python2) + std::string(8, 'x'));
  EXPECT_THAT(npy.shape, ElementsAre(4, 1));
  EXPECT_TRUE(npy.is_complete());
}

TEST(NpyReader, KnowsTheSizeOfWhatNumPyHasBesidesNumbers) {
  const auto complete = [](const std::string& descr, std::size_t bytes) {
    return read(foreign_header("{'descr': " + descr + ", 'fortran_order': False, 'shape': (2,), }\n") +
                std::string(bytes, 'x'))
        .is_complete();
  };
  EXPECT_TRUE(complete("'<U5'", 2 * 5 * 4));
  EXPECT_FALSE(complete("'<U5'", 2 * 5));
  EXPECT_TRUE(complete("'|S5'", 10));
  EXPECT_TRUE(complete("'<M8[ns]'", 3)) << "an unknown size is no complaint";
  EXPECT_TRUE(complete("[('a', '<f4'), ('b', '<i8')]", 3));
  EXPECT_TRUE(complete("'<f99999999999999999999999'", 3));
  EXPECT_EQ(
      read(foreign_header("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }\n")).descr,
      "[('a', '<f4')]");
}

TEST(NpyReader, ReadsALongHeaderOfVersion2) {
  std::string fields = "[";
  for (int i = 0; i < 10'000; ++i) fields += "('field" + std::to_string(i) + "', '<f4'), ";
  const NpyDescription npy =
      read(foreign_header("{'descr': " + fields + "], 'fortran_order': False, 'shape': (7,), }\n", 2));
  EXPECT_THAT(npy.shape, ElementsAre(7));
  EXPECT_GT(npy.header_length, 100'000u);
}

TEST(NpyReader, SaysWhatIsWrong) {
  EXPECT_THAT(error_of(""), HasSubstr("not an .npy file"));
  EXPECT_THAT(error_of("\x93NUMP"), HasSubstr("not an .npy file"));
  EXPECT_THAT(error_of("PK\x03\x04 and so on, long enough"), HasSubstr("not an .npy file"));
  EXPECT_THAT(error_of("\x93NUMPY\x03\x00\x10\x00\x00\x00"s + std::string(40, ' ')),
              HasSubstr("unknown version 3"));
  EXPECT_THAT(error_of(foreign_header("{'fortran_order': False, 'shape': (1,), }\n")), HasSubstr("no descr"));
  EXPECT_THAT(error_of(foreign_header("{'descr': 7, 'fortran_order': False, 'shape': (1,), }\n")),
              HasSubstr("no descr"));
  EXPECT_THAT(error_of(foreign_header("{'descr': '<f4', 'shape': (1,), }\n")), HasSubstr("no fortran_order"));
  EXPECT_THAT(error_of(foreign_header("{'descr': '<f4', 'fortran_order': 0, 'shape': (1,), }\n")),
              HasSubstr("no fortran_order"));
  EXPECT_THAT(error_of(foreign_header("{'descr': '<f4', 'fortran_order': False, }\n")),
              HasSubstr("no shape"));
  EXPECT_THAT(error_of(foreign_header("{'descr': '<f4', 'fortran_order': False, 'shape': (1, -2), }\n")),
              HasSubstr("no shape"));
  EXPECT_THAT(error_of(foreign_header("{'descr': '<f4', 'fortran_order': False, 'shape': (1 2), }\n")),
              HasSubstr("no shape"));
  EXPECT_THAT(error_of(foreign_header(
                  "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }\n")),
              HasSubstr("too large"));
}

TEST(NpyReader, RefusesAHeaderThatIsCutAnywhere) {
  const std::string header = npy_header(ElementType::float32, {2, 3});
  for (std::size_t length = 0; length < header.size(); ++length) {
    EXPECT_NE(error_of(header.substr(0, length)), "no error") << length;
  }
}

TEST(NpyReader, SurvivesGarbageOfAMebibyte) {
  for (const std::string& unit : {" "s, "'descr': '"s, "'shape': ("s, "0"s}) {
    std::string dict = "{'descr': '<f4', 'fortran_order': False, 'shape': (";
    while (dict.size() < 1'000'000) dict += unit;
    EXPECT_NE(error_of(foreign_header(dict, 2)), "no error");
  }
}

TEST(NpyReader, NamesAFileThatIsNotThere) {
  EXPECT_THROW(read_npy_header("/nonexistent/x.npy"), FatalError);
}

}  // namespace
}  // namespace vit_embed
