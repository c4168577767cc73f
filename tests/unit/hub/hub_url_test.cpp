#include "hub/hub_url.h"

#include <gtest/gtest.h>

namespace vit_embed {
namespace {

TEST(HubUrl, OfAFileEscapesRevisionAndName) {
  EXPECT_EQ(resolve_url("https://huggingface.co", "google/vit-base", "main", "config.json"),
            "https://huggingface.co/google/vit-base/resolve/main/config.json");
  EXPECT_EQ(resolve_url("http://mirror/hf", "vit", "refs/pr/1", "a b?.json"),
            "http://mirror/hf/vit/resolve/refs%2Fpr%2F1/a%20b%3F.json");
}

TEST(HubUrl, HasAHostThatShowsNothingOfAQueryOrAPassword) {
  EXPECT_EQ(host_of("https://CDN.example/x?Signature=secret"), "cdn.example");
  EXPECT_EQ(host_of("http://user:secret@127.0.0.1:8080/x"), "127.0.0.1:8080");
}

TEST(HubUrl, IsOfTheSameOriginWhereSchemeHostAndPortAre) {
  EXPECT_TRUE(is_same_origin("https://huggingface.co/a", "https://HuggingFace.co:443/b"));
  EXPECT_FALSE(is_same_origin("https://huggingface.co/a", "http://huggingface.co/a"));
  EXPECT_FALSE(is_same_origin("https://huggingface.co/a", "https://huggingface.co:8443/a"));
  EXPECT_FALSE(is_same_origin("https://huggingface.co/a", "https://huggingface.co.evil.example/a"));
  EXPECT_FALSE(is_same_origin("https://huggingface.co/a", "https://huggingface.co@evil.example/a"));
  EXPECT_FALSE(is_same_origin("", ""));
}

}  // namespace
}  // namespace vit_embed
