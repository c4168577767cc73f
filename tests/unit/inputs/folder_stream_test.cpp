#include "inputs/folder_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <random>

#include "support/drained.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

FolderOptions including(std::vector<std::string> globs) {
  FolderOptions options;
  options.include = std::move(globs);
  return options;
}

FolderOptions excluding(std::vector<std::string> globs) {
  FolderOptions options;
  options.exclude = std::move(globs);
  return options;
}

class FolderStreamTest : public ::testing::Test {
 protected:
  void make(const std::vector<std::string>& names) {
    for (const std::string& name : names) write_file(root_ / name, "image " + name);
  }

  std::vector<std::string> listed(FolderOptions options = {}) {
    FolderStream stream(root_.path(), std::move(options));
    std::vector<std::string> names = names_of(stream);
    for (std::string& name : names) {
      EXPECT_TRUE(name.starts_with(root_.path().native() + "/")) << name;
      name.erase(0, root_.path().native().size() + 1);
    }
    return names;
  }

  TemporaryDirectory root_;
};

TEST_F(FolderStreamTest, ListsInBytewiseOrderOfTheWholeRelativePath) {
  std::vector<std::string> names{"a.jpg",        "a/b.jpg", "a-b.jpg",    "a/c/d.jpg", "a/c.jpg",
                                 "a0.jpg",       "B.jpg",   "a b.jpg",    "a/c-d.jpg", "a.d/x.jpg",
                                 "\xc3\xa9.jpg", "z.jpg",   "a/c0/d.jpg", "aa/a.jpg"};
  std::shuffle(names.begin(), names.end(), std::minstd_rand(3));
  make(names);
  std::ranges::sort(names);  // std::string compares bytes as unsigned
  EXPECT_EQ(listed(), names);
  EXPECT_THAT(names, ElementsAre("B.jpg", "a b.jpg", "a-b.jpg", "a.d/x.jpg", "a.jpg", "a/b.jpg", "a/c-d.jpg",
                                 "a/c.jpg", "a/c/d.jpg", "a/c0/d.jpg", "a0.jpg", "aa/a.jpg", "z.jpg",
                                 "\xc3\xa9.jpg"));
}

TEST_F(FolderStreamTest, GivesTheFilesContent) {
  make({"d/a.jpg"});
  FolderStream stream(root_.path().native() + "/", {});
  const std::optional<Input> input = stream.next();
  ASSERT_TRUE(input);
  EXPECT_EQ(input->name, (root_ / "d/a.jpg").native()) << "a slash at the end of the root is not doubled";
  EXPECT_EQ(text_of(*input->source), "image d/a.jpg");
  EXPECT_FALSE(stream.next());
  EXPECT_FALSE(stream.next());
}

TEST_F(FolderStreamTest, TakesImagesByTheirExtensionInEitherCase) {
  make({"a.jpg", "b.JPG", "c.JpEg", "d.png", "e.webp", "f.tiff", "g.bmp", "h.ppm", "i.gif", "j.txt", "jpg",
        "k.jpg.txt", "l", "m.", "n.jpgx", "dir.jpg/README"});
  EXPECT_THAT(listed(), ElementsAre("a.jpg", "b.JPG", "c.JpEg", "d.png", "e.webp", "f.tiff", "g.bmp", "h.ppm",
                                    "i.gif"));
}

TEST_F(FolderStreamTest, IncludeReplacesTheExtensions) {
  make({"a.jpg", "b.raw", "d/c.raw", "d/e.jpg"});
  EXPECT_THAT(listed(including({"*.raw"})), ElementsAre("b.raw", "d/c.raw"));
  EXPECT_THAT(listed(including({"d/*", "b.*"})), ElementsAre("b.raw", "d/c.raw", "d/e.jpg"));
}

TEST_F(FolderStreamTest, ExcludeWinsAndPrunesFolders) {
  make({"a.jpg", "cache/b.jpg", "cache/deep/c.jpg", "d/cache/e.jpg", "d/thumb_f.jpg"});
  EXPECT_THAT(listed(excluding({"cache"})), ElementsAre("a.jpg", "d/cache/e.jpg", "d/thumb_f.jpg"));
  EXPECT_THAT(listed(excluding({"*cache", "*/thumb_*"})), ElementsAre("a.jpg"));
  FolderOptions both = including({"*.jpg"});
  both.exclude = {"a.*", "cache*", "d"};
  EXPECT_THAT(listed(both), IsEmpty());
}

/// A pruned folder is not even opened: one that could not be listed would come back as a failure.
TEST_F(FolderStreamTest, DoesNotOpenAPrunedFolder) {
  make({"d/a.jpg", "d/e/b.jpg"});
  FolderStream stream(root_.path(), excluding({"d/e"}));
  ASSERT_TRUE(stream.next());
  fs::remove_all(root_ / "d/e");
  EXPECT_FALSE(stream.next());
}

TEST_F(FolderStreamTest, PassesOverHiddenNamesUnlessAsked) {
  make({".a.jpg", "._b.jpg", ".d/c.jpg", "d/.e.jpg", "f.jpg"});
  EXPECT_THAT(listed(), ElementsAre("f.jpg"));
  FolderOptions hidden;
  hidden.hidden = true;
  EXPECT_THAT(listed(hidden), ElementsAre("._b.jpg", ".a.jpg", ".d/c.jpg", "d/.e.jpg", "f.jpg"));
}

TEST_F(FolderStreamTest, FollowsSymlinksToFilesAndFolders) {
  const TemporaryDirectory elsewhere;
  write_file(elsewhere / "x/y.jpg", "there");
  make({"a.jpg"});
  fs::create_directory_symlink(elsewhere.path(), root_ / "link");
  fs::create_symlink(elsewhere / "x/y.jpg", root_ / "b.jpg");
  EXPECT_THAT(listed(), ElementsAre("a.jpg", "b.jpg", "link/x/y.jpg"));
}

TEST_F(FolderStreamTest, TheSameFolderUnderTwoNamesIsListedTwice) {
  make({"a/x.jpg"});
  fs::create_directory_symlink("a", root_ / "b");
  EXPECT_THAT(listed(), ElementsAre("a/x.jpg", "b/x.jpg"));
}

TEST_F(FolderStreamTest, SurvivesSymlinksToAncestors) {
  make({"a/b/x.jpg", "z.jpg"});
  fs::create_directory_symlink(root_.path(), root_ / "a/b/root");
  fs::create_directory_symlink("..", root_ / "a/b/parent");
  fs::create_directory_symlink(".", root_ / "a/self");
  fs::create_symlink("loop.jpg", root_ / "loop.jpg");
  EXPECT_THAT(listed(), ElementsAre("a/b/x.jpg", "loop.jpg", "z.jpg"));
}

TEST_F(FolderStreamTest, ABrokenSymlinkComesBackAsAnInputThatFails) {
  fs::create_symlink("nowhere.jpg", root_ / "broken.jpg");
  FolderStream stream(root_.path(), {});
  const std::optional<Input> input = stream.next();
  ASSERT_TRUE(input);
  EXPECT_EQ(input->name, (root_ / "broken.jpg").native());
  EXPECT_EQ(failure_of(*input->source), "transient: No such file or directory");
}

TEST_F(FolderStreamTest, KeepsNamesThatAreAnyBytes) {
  const std::string odd = std::string("new\nline \xff\xfe \"q\", \x01") + ".jpg";
  make({odd, "\xe9t\xe9/x.jpg"});
  EXPECT_THAT(listed(), ElementsAre(odd, "\xe9t\xe9/x.jpg"));
}

TEST_F(FolderStreamTest, AFolderThatIsGoneWhenItIsEnteredComesBackAsAFailure) {
  make({"a.jpg", "d/x.jpg", "z.jpg"});
  FolderStream stream(root_.path(), {});
  ASSERT_TRUE(stream.next());
  fs::remove_all(root_ / "d");
  const std::optional<Input> gone = stream.next();
  ASSERT_TRUE(gone);
  EXPECT_EQ(gone->name, (root_ / "d/").native());
  EXPECT_EQ(failure_of(*gone->source), "transient: cannot list this folder: No such file or directory");
  EXPECT_THAT(names_of(stream), ElementsAre((root_ / "z.jpg").native())) << "what comes after it is lost";
}

/// Names may be as long as NAME_MAX and paths may not: deep enough, a folder that is listed cannot be opened.
TEST_F(FolderStreamTest, AFolderThatCannotBeOpenedComesBackAsAFailure) {
  make({"z.jpg"});
  const fs::path before = fs::current_path();
  const std::string name(250, 'd');
  fs::current_path(root_.path());
  for (int i = 0; i < 20; ++i) {
    fs::create_directory(name);
    fs::current_path(name);
  }
  fs::current_path(before);
  FolderStream stream(root_.path(), {});
  const std::optional<Input> failed = stream.next();
  ASSERT_TRUE(failed);
  EXPECT_THAT(failed->name, ::testing::EndsWith(name + "/"));
  EXPECT_EQ(failure_of(*failed->source), "transient: cannot list this folder: File name too long");
  EXPECT_THAT(names_of(stream), ElementsAre((root_ / "z.jpg").native()));
  // remove_all() of the fixture works with descriptors, and reaches what a path cannot.
}

TEST_F(FolderStreamTest, ARootThatIsMissingOrNoFolderComesBackAsAFailure) {
  make({"file"});
  for (const std::string& root : {(root_ / "missing").native(), (root_ / "file").native()}) {
    FolderStream stream(root, {});
    const std::optional<Input> failed = stream.next();
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->name, root + "/");
    EXPECT_THAT(failure_of(*failed->source), HasSubstr("transient: cannot list this folder: "));
    EXPECT_FALSE(stream.next());
  }
}

TEST_F(FolderStreamTest, AShardHasTheFilesWhoseRelativePathsItHolds) {
  make({"a.jpg", "d/b.jpg", "d/c.jpg", "e.jpg", "f/g/h.jpg"});
  std::vector<std::string> all, of_shards;
  FolderStream whole(root_.path(), {});
  while (const std::optional<Input> input = whole.next()) all.push_back(input->name);
  for (std::uint32_t i = 0; i < 3; ++i) {
    FolderStream stream(root_.path(), {}, {i, 3});
    std::uint64_t count = 0;
    for (const std::string& name : names_of(stream)) {
      EXPECT_EQ(shard_of(name.substr(root_.path().native().size() + 1), 3), i) << name;
      of_shards.push_back(name);
      ++count;
    }
    EXPECT_EQ(stream.passed_over(), 5 - count);
  }
  EXPECT_THAT(of_shards, ::testing::UnorderedElementsAreArray(all));
}

TEST_F(FolderStreamTest, AnEmptyFolderHasNoInputs) {
  fs::create_directories(root_ / "a/b/c");
  EXPECT_THAT(listed(), IsEmpty());
}

TEST_F(FolderStreamTest, LeaksNoDescriptor) {
  make({"a/b/x.jpg", "c/y.jpg"});
  fs::create_directory_symlink("..", root_ / "a/up");
  const auto open_descriptors = [] { return std::distance(fs::directory_iterator("/proc/self/fd"), {}); };
  const auto before = open_descriptors();
  EXPECT_EQ(listed().size(), 2u);
  EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace vit_embed
