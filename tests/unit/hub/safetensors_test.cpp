#include "hub/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>

#include "base/atomic_file.h"
#include "base/error.h"
#include "support/safetensors_writer.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

class Safetensors : public testing::Test {
 protected:
  SafetensorsFile open(const std::string& bytes) const {
    write_file_atomically(directory_.path() / "x.safetensors", bytes);
    return SafetensorsFile(directory_.path() / "x.safetensors");
  }

  void expect_refused(const std::string& bytes, const char* reason) const {
    EXPECT_THAT([&] { open(bytes); },
                ThrowsMessage<FatalError>(
                    AllOf(HasSubstr("x.safetensors' is not a valid safetensors file"), HasSubstr(reason))));
  }

  /// A file of one tensor "a" so described, with eight bytes of data.
  void expect_description_refused(const std::string& description, const char* reason) const {
    expect_refused(safetensors_bytes(R"({"a":)" + description + "}", "12345678"), reason);
  }

  TemporaryDirectory directory_;
};

TEST_F(Safetensors, GivesEveryTensorsTypeShapeAndBytes) {
  const SafetensorsFile file = open(safetensors_bytes(
      {{"a", {"F32", {2, 1}, "12345678"}}, {"b", {"U8", {}, "x"}}, {"c", {"I64", {0, 5}, ""}}}));
  ASSERT_EQ(file.entries().size(), 3);
  const SafetensorsEntry& a = file.entries().at("a");
  EXPECT_EQ(a.dtype, "F32");
  EXPECT_EQ(a.shape, (std::vector<std::int64_t>{2, 1}));
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(a.bytes.data()), a.bytes.size()), "12345678");
  EXPECT_EQ(file.entries().at("b").bytes.size(), 1);
  EXPECT_EQ(file.entries().at("c").bytes.size(), 0);
}

TEST_F(Safetensors, IgnoresMetadata) {
  EXPECT_TRUE(open(safetensors_bytes(R"({"__metadata__": {"format": "pt"}})", "")).entries().empty());
}

TEST_F(Safetensors, OfAHeaderThatDoesNotFitIsRefused) {
  expect_refused("", "shorter than a header");
  expect_refused("1234567", "shorter than a header");
  expect_refused(std::string(8, '\xff'), "its header would have");
  expect_refused(std::string("\x10\0\0\0\0\0\0\0{}", 10), "truncated in its header");
  expect_refused(safetensors_bytes("{", ""), "not a JSON object");
  expect_refused(safetensors_bytes("[]", ""), "not a JSON object");
  expect_refused(safetensors_bytes("", ""), "not a JSON object");
}

TEST_F(Safetensors, OfAHeaderOfBracketsAloneIsRefused) {
  expect_refused(safetensors_bytes(R"({"__metadata__":)" + std::string(1 << 20, '['), ""), "nested too deep");
}

TEST_F(Safetensors, OfAHeaderLargerThanAnyIsRefusedUnread) {
  // Sparse: a hundred megabytes that take no place.
  std::string bytes = safetensors_bytes("", "");
  const std::uint64_t claimed = 100'000'001;
  std::memcpy(bytes.data(), &claimed, sizeof(claimed));
  write_file_atomically(directory_.path() / "x.safetensors", bytes);
  std::filesystem::resize_file(directory_.path() / "x.safetensors", claimed + 8);
  EXPECT_THAT([&] { SafetensorsFile file(directory_.path() / "x.safetensors"); },
              ThrowsMessage<FatalError>(HasSubstr("its header would have 100000001 bytes")));
}

TEST_F(Safetensors, WithANameTwiceIsRefused) {
  const std::string tensor = R"({"dtype":"U8","shape":[1],"data_offsets":[0,1]})";
  expect_refused(safetensors_bytes(R"({"a":)" + tensor + R"(,"a":)" + tensor + "}", "1"),
                 "'a' is in its header twice");
}

TEST_F(Safetensors, WithABadDescriptionIsRefused) {
  expect_description_refused("5", "not described by an object");
  expect_description_refused(R"({"shape":[2],"data_offsets":[0,8]})", "no dtype");
  expect_description_refused(R"({"dtype":"X9","shape":[2],"data_offsets":[0,8]})", "unknown dtype 'X9'");
  expect_description_refused(R"({"dtype":"F32","shape":[-2],"data_offsets":[0,8]})", "no valid shape");
  expect_description_refused(R"({"dtype":"F32","shape":"2","data_offsets":[0,8]})", "no valid shape");
  expect_description_refused(R"({"dtype":"F32","shape":[2],"data_offsets":[0]})", "no valid data_offsets");
  expect_description_refused(R"({"dtype":"F32","shape":[2],"data_offsets":[8,0]})", "no valid data_offsets");
  expect_description_refused(R"({"dtype":"F32","shape":[2],"data_offsets":[0.5,8]})",
                             "no valid data_offsets");
}

TEST_F(Safetensors, WhoseOffsetsDoNotFitIsRefused) {
  expect_description_refused(R"({"dtype":"F32","shape":[4],"data_offsets":[0,16]})",
                             "truncated: tensor 'a' ends 8 bytes");
  expect_description_refused(R"({"dtype":"F32","shape":[1],"data_offsets":[0,8]})",
                             "8 bytes where its dtype and shape say 4");
  expect_description_refused(R"({"dtype":"F32","shape":[1],"data_offsets":[4,8]})",
                             "a hole before tensor 'a'");
  expect_description_refused(R"({"dtype":"F32","shape":[1],"data_offsets":[0,4]})",
                             "bytes behind its last tensor");
}

TEST_F(Safetensors, WhoseShapeOverflowsIsRefused) {
  expect_description_refused(R"({"dtype":"F32","shape":[4611686018427387906],"data_offsets":[0,8]})",
                             "impossible shape");
  expect_description_refused(R"({"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]})",
                             "impossible shape");
  expect_description_refused(R"({"dtype":"U8","shape":[0,18446744073709551615],"data_offsets":[0,0]})",
                             "impossible shape");
}

TEST_F(Safetensors, WhoseTensorsOverlapIsRefused) {
  const std::string tensor = R"({"dtype":"U8","shape":[8],"data_offsets":[0,8]})";
  expect_refused(safetensors_bytes(R"({"a":)" + tensor + R"(,"b":)" + tensor + "}", "12345678"),
                 "overlaps another");
  const std::string first = R"({"dtype":"U8","shape":[5],"data_offsets":[0,5]})";
  const std::string second = R"({"dtype":"U8","shape":[4],"data_offsets":[4,8]})";
  expect_refused(safetensors_bytes(R"({"b":)" + second + R"(,"a":)" + first + "}", "12345678"),
                 "'b' overlaps another");
}

TEST_F(Safetensors, WhoseTensorsLeaveAHoleBetweenThemIsRefused) {
  const std::string first = R"({"dtype":"U8","shape":[3],"data_offsets":[0,3]})";
  const std::string second = R"({"dtype":"U8","shape":[4],"data_offsets":[4,8]})";
  expect_refused(safetensors_bytes(R"({"a":)" + first + R"(,"b":)" + second + "}", "12345678"),
                 "a hole before tensor 'b'");
}

TEST_F(Safetensors, WhoseNumbersAreHugeIsRefused) {
  expect_description_refused(R"({"dtype":"U8","shape":[8],"data_offsets":[0,18446744073709551616]})",
                             "no valid data_offsets");
  expect_description_refused(R"({"dtype":"U8","shape":[8],"data_offsets":[0,18446744073709551615]})",
                             "truncated: tensor 'a' ends 18446744073709551607 bytes");
  expect_description_refused(R"({"dtype":"U8","shape":[1e300],"data_offsets":[0,8]})", "no valid shape");
  expect_description_refused(R"({"dtype":"U8","shape":[1e999],"data_offsets":[0,8]})", "not a JSON object");
}

TEST_F(Safetensors, CutAnywhereIsRefused) {
  const std::string whole = safetensors_bytes({{"a", {"F32", {2}, "12345678"}}, {"b", {"F32", {1}, "1234"}}});
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_THROW(open(whole.substr(0, length)), FatalError) << length;
  }
}

TEST_F(Safetensors, ThatIsAFolderIsRefused) {
  EXPECT_THAT([&] { SafetensorsFile file(directory_.path()); },
              ThrowsMessage<FatalError>(HasSubstr("is not a file")));
}

}  // namespace
}  // namespace vit_embed
