#include "base/nearest_name.h"

#include <gtest/gtest.h>

#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

class NearestNameTest : public ::testing::Test {
 protected:
  NearestNameTest() {
    for (const char* name : {"photos/2024/x", "photos.npy", "model.pt", "a", "Bilder/y"})
      write_file(directory_ / name, "");
  }

  std::string hint(const std::string& path) const {
    std::string text = did_you_mean(directory_ / path);
    const std::string prefix = directory_.path().native() + "/";
    if (const std::size_t at = text.find(prefix); at != std::string::npos) text.erase(at, prefix.size());
    return text;
  }

  TemporaryDirectory directory_;
};

TEST_F(NearestNameTest, IsThatOfFewestDifferentLetters) {
  EXPECT_EQ(hint("photoss"), " (did you mean 'photos'?)");
  EXPECT_EQ(hint("photo"), " (did you mean 'photos'?)");
  EXPECT_EQ(hint("pohtos"), " (did you mean 'photos'?)");
  EXPECT_EQ(hint("photos.npz"), " (did you mean 'photos.npy'?)");
  EXPECT_EQ(hint("Model.PT"), " (did you mean 'model.pt'?)");
  EXPECT_EQ(hint("bilder"), " (did you mean 'Bilder'?)");
}

TEST_F(NearestNameTest, IsNoneWhereNothingIsNear) {
  EXPECT_EQ(hint("pictures"), "");
  EXPECT_EQ(hint("b"), "");
  EXPECT_EQ(hint(std::string(1000, 'p')), "");
  EXPECT_EQ(hint("nowhere/photos"), "");
}

TEST_F(NearestNameTest, MayBeThatOfAFolderOnTheWay) {
  EXPECT_EQ(hint("phtos/2024"), " (did you mean 'photos/2024'?)");
  EXPECT_EQ(hint("phtos/2024/z"), "");
  EXPECT_EQ(hint("photos/2042"), " (did you mean 'photos/2024'?)");
}

TEST_F(NearestNameTest, IsNoneForWhatIsThere) {
  EXPECT_EQ(hint("photos"), "");
  EXPECT_EQ(hint("photos/"), "");
}

TEST(NearestOfNames, CountsNoDashesInFront) {
  const std::vector<std::string> names{"extract", "export", "--help", "--output"};
  EXPECT_EQ(did_you_mean("extrct", names), " (did you mean 'extract'?)");
  EXPECT_EQ(did_you_mean("--ouput", names), " (did you mean '--output'?)");
  EXPECT_EQ(did_you_mean("-help", names), " (did you mean '--help'?)");
  EXPECT_EQ(did_you_mean("help", names), " (did you mean '--help'?)");
  EXPECT_EQ(did_you_mean("embed", names), "");
  EXPECT_EQ(did_you_mean("--", names), "");
  EXPECT_EQ(did_you_mean("", names), "");
}

}  // namespace
}  // namespace vit_embed
