#include "pipeline/batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace vit_embed {
namespace {

std::vector<Input> named(const std::vector<std::string>& names) {
  std::vector<Input> inputs;
  for (const std::string& name : names) inputs.push_back({name, std::make_unique<FailedSource>("")});
  return inputs;
}

TEST(Batch, MovesWhatIsToHaveARowToTheFront) {
  Batch batch(5, 2);
  batch.assign(named({"a", "b", "c", "d", "e"}));
  for (std::size_t slot = 0; slot < 5; ++slot)
    std::ranges::fill(batch.pixel_values(slot), static_cast<float>(slot));
  batch.set_done(4, {.identity = {4, 4}});
  batch.set_done(3, {.identity = {3, 3}, .embedded_before = true});
  batch.set_done(0, {.failure = InputFailure{FailureKind::transient, "gone"}});
  batch.set_done(2, {.identity = {2, 2}, .failure = InputFailure{}});
  batch.set_done(1, {.identity = {1, 1}});
  EXPECT_TRUE(batch.wait_decoded({}));
  EXPECT_EQ(batch.compact(), 2u);
  const auto values = batch.pixel_values_of(2);
  EXPECT_THAT(std::vector(values.begin(), values.end()), ::testing::ElementsAre(1, 1, 4, 4));
  EXPECT_EQ(batch.result().entries[0].name, "a");
  EXPECT_EQ(batch.result().entries[0].failure->reason, "gone");
  EXPECT_EQ(batch.result().entries[3].identity, (FileIdentity{3, 3}));
}

TEST(Batch, WaitsForEverySlotOrAStop) {
  Batch batch(2, 1);
  batch.assign(named({"a", "b"}));
  batch.set_done(0, {});
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(batch.wait_decoded(stop.get_token()));
  batch.set_done(1, {});
  EXPECT_TRUE(batch.wait_decoded({}));
}

TEST(Batch, UsedAgainItRemembersNothing) {
  Batch batch(2, 1);
  batch.assign(named({"a", "b"}));
  batch.set_done(0, {.failure = InputFailure{}});
  batch.set_done(1, {.failure = InputFailure{}});
  batch.assign(named({"c"}));
  EXPECT_EQ(batch.size(), 1u);
  batch.set_done(0, {});
  EXPECT_EQ(batch.compact(), 1u);
  EXPECT_EQ(batch.result().entries.size(), 1u);
}

}  // namespace
}  // namespace vit_embed
