#include "sync/root_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
namespace fs = std::filesystem;

class RootPlanTest : public ::testing::Test {
 protected:
  std::string folder(const std::string& name) {
    fs::create_directories(directory_ / name);
    return (directory_ / name).native();
  }

  template <class Kind>
  std::string error_of(const RootOptions& options, const std::vector<Root>& known) {
    try {
      plan_roots(options, known);
    } catch (const Kind& error) {
      return error.what();
    }
    return "no such error";
  }

  TemporaryDirectory directory_;
};

TEST_F(RootPlanTest, ANewFolderIsAddedOnceHoweverItIsSpelled) {
  const std::string a = folder("a");
  const RootPlan plan = plan_roots({.folders = {a, a + "/", a + "/../a"}, .moved = {}, .forgotten = {}}, {});
  ASSERT_THAT(plan.to_scan, SizeIs(1));
  EXPECT_EQ(plan.to_scan[0].root.path, a);
  EXPECT_FALSE(plan.to_scan[0].is_known);
  ASSERT_THAT(plan.changes.added, SizeIs(1));
  EXPECT_EQ(plan.changes.added[0].id, 1);
}

TEST_F(RootPlanTest, AKnownFolderKeepsItsId) {
  const std::string a = folder("a");
  const std::string b = folder("b");
  const RootPlan plan = plan_roots({.folders = {b, a}, .moved = {}, .forgotten = {}}, {{7, a, false}});
  ASSERT_THAT(plan.to_scan, SizeIs(2));
  EXPECT_EQ(plan.to_scan[0].root.id, 8);
  EXPECT_EQ(plan.to_scan[1].root.id, 7);
  EXPECT_TRUE(plan.to_scan[1].is_known);
  EXPECT_THAT(plan.changes.updated, IsEmpty());
}

TEST_F(RootPlanTest, AFolderWithinAnotherIsRefusedAlsoByALink) {
  const std::string a = folder("a");
  const std::string inner = folder("a/inner");
  EXPECT_THAT(error_of<UsageError>({.folders = {a, inner}, .moved = {}, .forgotten = {}}, {}),
              HasSubstr("lies within"));
  EXPECT_THAT(error_of<UsageError>({.folders = {inner}, .moved = {}, .forgotten = {}}, {{1, a, false}}),
              HasSubstr("lies within"));
  fs::create_directory_symlink(inner, directory_ / "link");
  EXPECT_THAT(
      error_of<UsageError>({.folders = {(directory_ / "link").native()}, .moved = {}, .forgotten = {}},
                           {{1, a, false}}),
      HasSubstr("lies within"));
  EXPECT_THAT(plan_roots({.folders = {folder("ab")}, .moved = {}, .forgotten = {}}, {{1, a, false}}).to_scan,
              SizeIs(1));
}

TEST_F(RootPlanTest, AKnownFolderThatIsGoneRefusesTheRunAndANewOneIsAnError) {
  const std::string gone = (directory_ / "gone").native();
  EXPECT_THAT(error_of<RefusedError>({.folders = {gone}, .moved = {}, .forgotten = {}}, {{1, gone, false}}),
              HasSubstr("is it not mounted?"));
  EXPECT_THAT(error_of<FatalError>({.folders = {gone}, .moved = {}, .forgotten = {}}, {}),
              HasSubstr("is not a folder"));
}

TEST_F(RootPlanTest, AMountPointThatIsNoneNowRefusesTheRunUntilItIsAccepted) {
  const std::string a = folder("a");
  EXPECT_THAT(error_of<RefusedError>({.folders = {a}, .moved = {}, .forgotten = {}}, {{1, a, true}}),
              HasSubstr("was a mount point"));
  const RootPlan plan = plan_roots({.folders = {a}, .moved = {a + "=" + a}, .forgotten = {}}, {{1, a, true}});
  ASSERT_THAT(plan.changes.updated, SizeIs(1));
  EXPECT_FALSE(plan.changes.updated[0].mount_point);
}

TEST_F(RootPlanTest, AMountPointIsKnownByItsParent) {
  const RootPlan plan = plan_roots({.folders = {"/proc"}, .moved = {}, .forgotten = {}}, {});
  EXPECT_TRUE(plan.to_scan[0].root.mount_point);
}

TEST_F(RootPlanTest, AMovedFolderIsTheSameRootElsewhere) {
  const std::string now = folder("now");
  const std::string then = (directory_ / "then").native();
  const RootPlan plan =
      plan_roots({.folders = {now}, .moved = {then + "=" + now}, .forgotten = {}}, {{3, then, false}});
  ASSERT_THAT(plan.to_scan, SizeIs(1));
  EXPECT_EQ(plan.to_scan[0].root.id, 3);
  EXPECT_EQ(plan.to_scan[0].root.path, now);
  ASSERT_THAT(plan.changes.updated, SizeIs(1));
  EXPECT_EQ(plan.changes.updated[0].path, now);
}

TEST_F(RootPlanTest, APathMayHaveAnEqualsSign) {
  const std::string a = folder("a=1");
  const std::string b = folder("b=2");
  const RootPlan plan = plan_roots({.folders = {}, .moved = {a + "=" + b}, .forgotten = {}}, {{1, a, false}});
  ASSERT_THAT(plan.changes.updated, SizeIs(1));
  EXPECT_EQ(plan.changes.updated[0].path, b);
}

TEST_F(RootPlanTest, BehindALinkTheParentIsThatOfWhereItLeads) {
  folder("far/inner");
  const std::string beside = folder("far/beside");
  fs::create_directory_symlink(directory_ / "far" / "inner", directory_ / "link");
  EXPECT_EQ(root_path((directory_ / "link" / ".." / "beside").native()), beside);
}

TEST_F(RootPlanTest, OnlyRootsCanBeMovedOrForgotten) {
  const std::string a = folder("a");
  EXPECT_THAT(error_of<UsageError>({.folders = {}, .moved = {"/x=" + a}, .forgotten = {}}, {}),
              HasSubstr("OLD is a root of the store"));
  EXPECT_THAT(error_of<UsageError>({.folders = {}, .moved = {}, .forgotten = {"/x"}}, {}),
              HasSubstr("no root '/x'"));
  const RootPlan plan = plan_roots({.folders = {}, .moved = {}, .forgotten = {a}}, {{1, a, false}});
  EXPECT_THAT(plan.changes.forgotten, SizeIs(1));
}

}  // namespace
}  // namespace vit_embed
