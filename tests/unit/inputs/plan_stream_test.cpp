#include "inputs/plan_stream.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "inputs/open_inputs.h"
#include "support/drained.h"
#include "support/tar_bytes.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

using ::testing::ElementsAre;

class PlannedTarTest : public ::testing::Test {
 protected:
  void make(const std::string& name, const std::vector<TarEntry>& entries) {
    write_file(directory_ / name, tar_of(entries));
  }
  void touch(const std::string& name) {
    const timespec both[2]{{1, 0}, {1, 0}};
    ASSERT_EQ(::utimensat(AT_FDCWD, (directory_ / name).c_str(), both, 0), 0);
  }

  InputPlan plan_of(const std::vector<std::string>& names, Labels labels = Labels::none) {
    InputOptions options;
    for (const std::string& name : names) options.paths.push_back(directory_ / name);
    options.labels = labels;
    const auto inputs = open_inputs(options, TarStream::Pass::list);
    return InputPlan(*inputs, directory_.path(), {});
  }

  /// Each input as "name=content" or "name!failure".
  std::vector<std::string> told(PlanStream stream) {
    std::vector<std::string> all;
    while (const std::optional<Input> input = stream.next()) {
      const std::string name = input->name.substr(directory_.path().native().size() + 1);
      const std::string failure = failure_of(*input->source);
      all.push_back(failure.empty() ? name + "=" + text_of(*input->source) : name + "!" + failure);
    }
    return all;
  }

  TemporaryDirectory directory_;
};

TEST_F(PlannedTarTest, IsReadBesideThePlanFromAnyPlace) {
  write_file(directory_ / "d/x.jpg", "file");
  make("1.tar", {{"a.jpg", "1a"}, {"a.txt", "t"}, {"b.jpg", "1b"}});
  make("2.tar", {{"a.jpg", "2a"}});
  const InputPlan plan = plan_of({"1.tar", "d", "2.tar", "2.tar"});
  ASSERT_EQ(plan.count(), 5u);
  EXPECT_EQ(plan.total_bytes(), 12u);
  const std::vector<std::string> all = told(PlanStream(plan));
  EXPECT_THAT(all, ElementsAre("1.tar/a.jpg=1a", "1.tar/b.jpg=1b", "d/x.jpg=file", "2.tar/a.jpg=2a",
                               "2.tar/a.jpg=2a"));
  for (std::size_t first = 0; first <= all.size(); ++first)
    EXPECT_EQ(told(PlanStream(plan, first)),
              std::vector(all.begin() + static_cast<std::ptrdiff_t>(first), all.end()));
}

TEST_F(PlannedTarTest, ColumnsComeWithTheReadingBehindTheLabel) {
  write_file(directory_ / "cat/x.jpg", "file");
  make("1.tar", {{"dog/a.jpg", "1a"}, {"dog/a.txt", "t"}, {"b.jpg", "1b"}});
  const InputPlan plan = plan_of({"1.tar", "cat"}, Labels::folder);
  PlanStream stream(plan);
  EXPECT_THAT(stream.next()->columns, ElementsAre("dog", "", "t", ""));
  EXPECT_THAT(stream.next()->columns, ElementsAre("", "", "", "")) << "a tar is no folder";
  EXPECT_THAT(stream.next()->columns, ElementsAre("cat", "", "", ""));
}

TEST_F(PlannedTarTest, ItsDigestChangesWithTheTarsTime) {
  make("1.tar", {{"a.jpg", "a"}});
  const std::string digest = plan_of({"1.tar"}).digest();
  EXPECT_EQ(plan_of({"1.tar"}).digest(), digest);
  touch("1.tar");
  EXPECT_NE(plan_of({"1.tar"}).digest(), digest);
}

TEST_F(PlannedTarTest, WhatChangedSinceItWasListedFailsInPassing) {
  const std::string changed = "!transient: its tar was changed since it was listed";
  make("1.tar", {{"a.jpg", "a"}, {"b.jpg", "b"}});
  make("2.tar", {{"a.jpg", "a"}});
  const InputPlan plan = plan_of({"1.tar", "2.tar"});
  touch("1.tar");
  EXPECT_THAT(told(PlanStream(plan)),
              ElementsAre("1.tar/a.jpg" + changed, "1.tar/b.jpg" + changed, "2.tar/a.jpg=a"));
  std::filesystem::remove(directory_ / "1.tar");
  const std::string gone = "!transient: No such file or directory";
  EXPECT_THAT(told(PlanStream(plan)),
              ElementsAre("1.tar/a.jpg" + gone, "1.tar/b.jpg" + gone, "2.tar/a.jpg=a"));
}

TEST_F(PlannedTarTest, ABadTarFailsAsItWasListed) {
  write_file(directory_ / "1.tar", tar_member({"a.jpg", "a"}) + tar_member({"b.jpg", "b"}).substr(0, 513));
  const InputPlan plan = plan_of({"1.tar", "missing.tar"});
  EXPECT_THAT(told(PlanStream(plan)), ElementsAre("1.tar/a.jpg=a", "1.tar!permanent: truncated tar",
                                                  "missing.tar!transient: No such file or directory"));
}

TEST_F(PlannedTarTest, AFailureWithinATarKeepsThePlanAndTheTarTogether) {
  make("1.tar", {{"a.json", std::string(kLargestColumn + 1, 'x')}, {"a.jpg", "a"}, {"b.jpg", "b"}});
  const InputPlan plan = plan_of({"1.tar"});
  const std::string failure = "1.tar/a.json!permanent: larger than 1 MiB: the column json is left empty";
  EXPECT_THAT(told(PlanStream(plan)), ElementsAre("1.tar/a.jpg=a", failure, "1.tar/b.jpg=b"));
  EXPECT_THAT(told(PlanStream(plan, 1)), ElementsAre(failure, "1.tar/b.jpg=b"));
  EXPECT_THAT(told(PlanStream(plan, 2)), ElementsAre("1.tar/b.jpg=b"));
}

/// What a resumed run has done is not looked for again.
TEST_F(PlannedTarTest, ATarThatIsPassedOverIsNotOpened) {
  make("1.tar", {{"a.jpg", "a"}});
  make("2.tar", {{"a.jpg", "a"}});
  const InputPlan plan = plan_of({"1.tar", "2.tar"});
  std::filesystem::remove(directory_ / "1.tar");
  EXPECT_THAT(told(PlanStream(plan, 1)), ElementsAre("2.tar/a.jpg=a"));
}

TEST_F(PlannedTarTest, CancelledItEnds) {
  make("1.tar", {{"a.jpg", "a"}});
  const InputPlan plan = plan_of({"1.tar"});
  PlanStream stream(plan);
  stream.cancel();
  EXPECT_FALSE(stream.next());
}

}  // namespace
}  // namespace vit_embed
