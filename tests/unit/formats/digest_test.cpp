#include "formats/digest.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "formats/inputs_digest.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

TEST(Sha256, HasTheStandardsVectors) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, GoesOnAfterItWasAsked) {
  Sha256 sha;
  sha.update("a");
  EXPECT_EQ(sha.hex_digest(), sha256_hex("a"));
  sha.update("bc");
  EXPECT_EQ(sha.hex_digest(), sha256_hex("abc"));
  const Sha256 moved = std::move(sha);
  EXPECT_EQ(moved.hex_digest(), sha256_hex("abc"));
}

TEST(Sha256, HasItsDigestAsBytesToo) {
  const std::string digest = Sha256().digest();
  ASSERT_EQ(digest.size(), 32U);
  EXPECT_EQ(digest.substr(0, 4), "\xe3\xb0\xc4\x42");
}

TEST(Sha256, OfAFileBehindAnOffset) {
  const TemporaryDirectory directory;
  const std::string content(3'000'000, 'x');
  write_file(directory / "f", "head" + content);
  EXPECT_EQ(sha256_hex_of_file(directory / "f"), sha256_hex("head" + content));
  EXPECT_EQ(sha256_hex_of_file(directory / "f", 4), sha256_hex(content));
  EXPECT_THROW(sha256_hex_of_file(directory / "missing"), FatalError);
}

TEST(Xxh3, HasKnownVectors) {
  EXPECT_EQ(xxh3_hex(bytes_of("")), "2d06800538d394c2");
  EXPECT_EQ(xxh3_hex(bytes_of("a")), "e6c632b61e964e1f");
  EXPECT_EQ(xxh3(bytes_of("abc")), 0x78af5f94892f3950u);
}

TEST(Xxh3, InPiecesIsThatOfTheWholeAndStartsAnewAtReset) {
  Xxh3 hash;
  EXPECT_EQ(hash.digest(), xxh3({}));
  hash.update(bytes_of("a"));
  hash.update(bytes_of("bc"));
  EXPECT_EQ(hash.digest(), xxh3(bytes_of("abc")));
  hash.reset();
  hash.update(bytes_of("a"));
  EXPECT_EQ(hash.digest(), xxh3(bytes_of("a")));
}

TEST(InputsDigest, IsShaOfNamesSizesAndTimesInOrder) {
  InputsDigest digest;
  digest.add("a", {1, 2});
  digest.add("b", {3, -1});
  using namespace std::string_literals;
  EXPECT_EQ(digest.hex_digest(), sha256_hex("a\0\x01\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0"
                                            "b\0\x03\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff"s));
}

}  // namespace
}  // namespace vit_embed
