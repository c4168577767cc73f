#include "pipeline/bounded_queue.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <set>
#include <thread>
#include <vector>

namespace vit_embed {
namespace {

using namespace std::chrono_literals;

template <class T>
bool is_blocked(std::future<T>& future) {
  return future.wait_for(20ms) == std::future_status::timeout;
}

TEST(BoundedQueue, GivesItemsInTheirOrder) {
  BoundedQueue<int> queue(3);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(queue.push(i, {}));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(queue.pop({}), i);
}

TEST(BoundedQueue, TakesItemsThatOnlyMove) {
  BoundedQueue<std::unique_ptr<int>> queue(1);
  EXPECT_TRUE(queue.push(std::make_unique<int>(7), {}));
  EXPECT_EQ(**queue.pop({}), 7);
}

TEST(BoundedQueue, PushWaitsWhileItIsFull) {
  BoundedQueue<int> queue(2);
  queue.push(1, {});
  queue.push(2, {});
  auto third = std::async(std::launch::async, [&queue] { return queue.push(3, {}); });
  EXPECT_TRUE(is_blocked(third));
  EXPECT_EQ(queue.pop({}), 1);
  EXPECT_TRUE(third.get());
  EXPECT_EQ(queue.pop({}), 2);
  EXPECT_EQ(queue.pop({}), 3);
}

TEST(BoundedQueue, PopWaitsWhileItIsEmpty) {
  BoundedQueue<int> queue(2);
  auto first = std::async(std::launch::async, [&queue] { return queue.pop({}); });
  EXPECT_TRUE(is_blocked(first));
  queue.push(1, {});
  EXPECT_EQ(first.get(), 1);
}

TEST(BoundedQueue, ClosedItGivesWhatItHoldsAndTakesNoMore) {
  BoundedQueue<int> queue(2);
  queue.push(1, {});
  queue.close();
  EXPECT_FALSE(queue.push(2, {}));
  EXPECT_EQ(queue.pop({}), 1);
  EXPECT_EQ(queue.pop({}), std::nullopt);
}

TEST(BoundedQueue, CloseWakesWhoWaits) {
  BoundedQueue<int> full(1);
  full.push(1, {});
  BoundedQueue<int> empty(1);
  auto push = std::async(std::launch::async, [&full] { return full.push(2, {}); });
  auto pop = std::async(std::launch::async, [&empty] { return empty.pop({}); });
  EXPECT_TRUE(is_blocked(push));
  EXPECT_TRUE(is_blocked(pop));
  full.close();
  empty.close();
  EXPECT_FALSE(push.get());
  EXPECT_EQ(pop.get(), std::nullopt);
}

TEST(BoundedQueue, AStopRequestWakesWhoWaitsAndLetsNothingThrough) {
  std::stop_source stop;
  BoundedQueue<int> full(1);
  full.push(1, {});
  BoundedQueue<int> empty(1);
  auto push = std::async(std::launch::async, [&] { return full.push(2, stop.get_token()); });
  auto pop = std::async(std::launch::async, [&] { return empty.pop(stop.get_token()); });
  EXPECT_TRUE(is_blocked(push));
  EXPECT_TRUE(is_blocked(pop));
  stop.request_stop();
  EXPECT_FALSE(push.get());
  EXPECT_EQ(pop.get(), std::nullopt);
  EXPECT_EQ(full.pop(stop.get_token()), std::nullopt) << "though there is an item";
  EXPECT_FALSE(empty.push(1, stop.get_token())) << "though there is room";
}

TEST(BoundedQueue, LosesAndDoublesNothingBetweenManyThreads) {
  constexpr int kItems = 4000;
  BoundedQueue<int> queue(3);
  std::mutex mutex;
  std::multiset<int> got;
  {
    std::vector<std::jthread> consumers;
    for (int t = 0; t < 4; ++t) {
      consumers.emplace_back([&] {
        while (const std::optional<int> item = queue.pop({})) {
          const std::lock_guard lock(mutex);
          got.insert(*item);
        }
      });
    }
    {
      std::vector<std::jthread> producers;
      for (int t = 0; t < 4; ++t) {
        producers.emplace_back([&queue, t] {
          for (int i = t; i < kItems; i += 4) queue.push(i, {});
        });
      }
    }
    queue.close();
  }
  EXPECT_EQ(got.size(), static_cast<std::size_t>(kItems));
  EXPECT_EQ(std::set<int>(got.begin(), got.end()).size(), static_cast<std::size_t>(kItems));
}

}  // namespace
}  // namespace vit_embed
