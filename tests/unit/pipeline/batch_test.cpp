#include "pipeline/batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace vit_embed {
namespace {

void fill(Batch& batch, const std::vector<std::string>& names) {
  batch.clear();
  for (std::size_t i = 0; i < names.size(); ++i)
    ASSERT_EQ(batch.add({names[i], std::make_unique<FailedSource>("")}), i);
}

TEST(Batch, MovesWhatIsToHaveARowToTheFront) {
  Batch batch(5, 2);
  fill(batch, {"a", "b", "c", "d", "e"});
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
  fill(batch, {"a", "b"});
  batch.set_done(0, {});
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(batch.wait_decoded(stop.get_token()));
  batch.set_done(1, {});
  EXPECT_TRUE(batch.wait_decoded({}));
}

TEST(Batch, DropsASourceOnceItsSlotIsDone) {
  Batch batch(2, 1);
  fill(batch, {"a", "b"});
  batch.set_done(1, {});
  EXPECT_NE(batch.input(0).source, nullptr);
  EXPECT_EQ(batch.input(1).source, nullptr);
}

TEST(Batch, UsedAgainItRemembersNothing) {
  Batch batch(2, 1);
  fill(batch, {"a", "b"});
  batch.set_done(0, {.failure = InputFailure{}});
  batch.set_done(1, {.failure = InputFailure{}});
  fill(batch, {"c"});
  EXPECT_EQ(batch.size(), 1u);
  batch.set_done(0, {});
  EXPECT_TRUE(batch.wait_decoded({}));
  EXPECT_EQ(batch.compact(), 1u);
  EXPECT_EQ(batch.result().entries.size(), 1u);
}

}  // namespace
}  // namespace vit_embed
