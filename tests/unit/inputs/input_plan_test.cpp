#include "inputs/input_plan.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <ctime>

#include "support/drained.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

namespace fs = std::filesystem;

class GivenInputs : public InputStream {
 public:
  explicit GivenInputs(std::vector<Input> inputs) : inputs_(std::move(inputs)) {}
  std::optional<Input> next() override {
    if (next_ == inputs_.size()) return std::nullopt;
    ++taken_;
    return std::move(inputs_[next_++]);
  }
  std::size_t taken_ = 0;

 private:
  std::vector<Input> inputs_;
  std::size_t next_ = 0;
};

class InputPlanTest : public ::testing::Test {
 protected:
  Input file(const std::string& name) {
    const std::string path = (directory_ / name).native();
    return {path, std::make_unique<FileSource>(path)};
  }

  void make(const std::string& name, const std::string& content, std::time_t mtime = 1'700'000'000,
            long nsec = 5) {
    write_file(directory_ / name, content);
    const timespec both[2]{{mtime, nsec}, {mtime, nsec}};
    ASSERT_EQ(::utimensat(AT_FDCWD, (directory_ / name).c_str(), both, 0), 0);
  }

  InputPlan plan_of(const std::vector<std::string>& names) {
    std::vector<Input> inputs;
    for (const std::string& name : names) inputs.push_back(file(name));
    GivenInputs stream(std::move(inputs));
    return InputPlan(stream, directory_.path(), {});
  }

  TemporaryDirectory directory_;
};

TEST_F(InputPlanTest, CountsInputsAndBytes) {
  make("a", "12345");
  make("b", "123");
  const InputPlan plan = plan_of({"a", "missing", "b"});
  EXPECT_EQ(plan.count(), 3u);
  EXPECT_EQ(plan.total_bytes(), 8u);
  InputsDigest digest;
  digest.add((directory_ / "a").native(), {5, 1'700'000'000'000'000'005});
  digest.add((directory_ / "missing").native(), {});
  digest.add((directory_ / "b").native(), {3, 1'700'000'000'000'000'005});
  EXPECT_EQ(plan.digest(), digest.hex_digest());
}

TEST_F(InputPlanTest, LeavesNoFileBehindAndNoneInSight) {
  make("a", "x");
  const InputPlan plan = plan_of({"a"});
  EXPECT_EQ(std::distance(fs::directory_iterator(directory_.path()), {}), 1);
}

TEST_F(InputPlanTest, ItsDigestChangesWithNamesSizesTimesAndOrder) {
  make("a", "one");
  make("b", "two");
  const std::string digest = plan_of({"a", "b"}).digest();
  EXPECT_EQ(plan_of({"a", "b"}).digest(), digest);
  EXPECT_NE(plan_of({"b", "a"}).digest(), digest);
  EXPECT_NE(plan_of({"a"}).digest(), digest);
  make("a", "ONE");
  EXPECT_EQ(plan_of({"a", "b"}).digest(), digest) << "content is not looked at";
  make("a", "one more");
  EXPECT_NE(plan_of({"a", "b"}).digest(), digest);
  make("a", "one", 1'700'000'000, 6);
  EXPECT_NE(plan_of({"a", "b"}).digest(), digest);
  make("a", "one");
  EXPECT_EQ(plan_of({"a", "b"}).digest(), digest);
  fs::rename(directory_ / "b", directory_ / "c");
  EXPECT_NE(plan_of({"a", "c"}).digest(), digest);
}

TEST_F(InputPlanTest, AReaderGivesTheSameInputsAgainAndAgain) {
  make("a", "file");
  std::vector<Input> inputs;
  inputs.push_back(file("a"));
  inputs.push_back({"folder", std::make_unique<FailedSource>("cannot list: \n\xff")});
  inputs.push_back(
      {"stdin", std::make_unique<MemorySource>(std::make_shared<std::vector<std::byte>>(3, std::byte{'m'}))});
  inputs.push_back(file("missing"));
  inputs.push_back(
      {"bad", std::make_unique<FailedSource>("for good", FailureKind::permanent, FileIdentity{7, 8})});
  GivenInputs stream(std::move(inputs));
  const InputPlan plan(stream, directory_.path(), {});
  for (int pass = 0; pass < 2; ++pass) {
    InputPlan::Reader reader(plan);
    std::optional<InputPlan::Item> item = reader.next();
    EXPECT_EQ(item->input.name, (directory_ / "a").native());
    EXPECT_EQ(item->identity, (FileIdentity{4, 1'700'000'000'000'000'005}));
    EXPECT_EQ(text_of(*item->input.source), "file");
    item = reader.next();
    EXPECT_EQ(item->input.name, "folder");
    EXPECT_EQ(item->identity, FileIdentity{});
    EXPECT_EQ(failure_of(*item->input.source), "transient: cannot list: \n\xff");
    item = reader.next();
    EXPECT_EQ(item->input.name, "stdin");
    EXPECT_EQ(item->identity, (FileIdentity{3, 0}));
    EXPECT_EQ(text_of(*item->input.source), "mmm");
    item = reader.next();
    EXPECT_EQ(failure_of(*item->input.source), "transient: No such file or directory");
    item = reader.next();
    EXPECT_EQ(failure_of(*item->input.source), "permanent: for good");
    EXPECT_EQ(item->input.source->identify(), (FileIdentity{7, 8}));
    EXPECT_FALSE(reader.next());
    EXPECT_FALSE(reader.next());
  }
}

TEST_F(InputPlanTest, HoldsMoreThanItsBuffer) {
  std::vector<std::string> names;
  for (int i = 0; i < 5000; ++i) names.push_back(std::string(100, 'n') + std::to_string(i));
  const InputPlan plan = plan_of(names);
  EXPECT_EQ(plan.count(), names.size());
  InputPlan::Reader reader(plan);
  for (const std::string& name : names) ASSERT_EQ(reader.next()->input.name, (directory_ / name).native());
  EXPECT_FALSE(reader.next());
}

TEST_F(InputPlanTest, EndsAtAStopRequest) {
  std::vector<Input> inputs;
  for (int i = 0; i < 10; ++i) inputs.push_back(file("x"));
  GivenInputs stream(std::move(inputs));
  std::stop_source stop;
  stop.request_stop();
  const InputPlan plan(stream, directory_.path(), stop.get_token());
  EXPECT_EQ(stream.taken_, 0u);
  EXPECT_EQ(plan.count(), 0u);
  InputPlan::Reader reader(plan);
  EXPECT_FALSE(reader.next());
}

TEST_F(InputPlanTest, NamesADirectoryThatIsMissing) {
  GivenInputs stream({});
  try {
    const InputPlan plan(stream, directory_ / "missing", {});
    FAIL() << "no error";
  } catch (const FatalError& e) {
    EXPECT_THAT(e.what(), ::testing::HasSubstr((directory_ / "missing").native()));
  }
}

}  // namespace
}  // namespace vit_embed
