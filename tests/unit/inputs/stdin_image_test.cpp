#include "inputs/stdin_image.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <future>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vit_embed {
namespace {

class StdinImageTest : public ::testing::Test {
 protected:
  StdinImageTest() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    stream_.emplace("x.jpg", FileDescriptor(ends[0], "stdin"));
    writer_ = FileDescriptor(ends[1], "pipe");
  }

  void write(std::string_view text) { writer_.write_all(std::as_bytes(std::span(text))); }

  std::optional<StdinImage> stream_;
  FileDescriptor writer_;
};

std::string content_of(const Input& input) {
  std::vector<std::byte> bytes;
  input.source->read(bytes);
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

TEST_F(StdinImageTest, WhatComesInPiecesIsOneImage) {
  std::future<std::optional<Input>> image =
      std::async(std::launch::async, [this] { return stream_->next(); });
  const std::string large(100'000, 'b');
  for (const std::string_view piece : {std::string_view("a"), std::string_view(large), std::string_view("c")})
    write(piece);
  writer_.close();
  const std::optional<Input> input = image.get();
  ASSERT_TRUE(input);
  EXPECT_EQ(input->name, "x.jpg");
  EXPECT_EQ(content_of(*input), "a" + large + "c");
  EXPECT_FALSE(stream_->next());
}

TEST_F(StdinImageTest, AWaitForMoreCanBeCancelledAndGivesNoImage) {
  write("half an im");
  std::future<std::optional<Input>> image =
      std::async(std::launch::async, [this] { return stream_->next(); });
  stream_->cancel();
  EXPECT_FALSE(image.get());
  EXPECT_FALSE(stream_->next());
}

}  // namespace
}  // namespace vit_embed
