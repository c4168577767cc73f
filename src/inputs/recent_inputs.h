#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "inputs/input_stream.h"

namespace vit_embed {

/// A stream that can be looked ahead in: the last inputs that were looked at, `most` of them, can be put
/// back.
class RecentInputs : public InputStream {
 public:
  RecentInputs(InputStream& inputs, std::size_t most) : inputs_(inputs), most_(most) {}

  std::optional<Input> next() override;
  void cancel() override { inputs_.cancel(); }

  /// The next input, which is remembered; nullptr at the end.
  const Input* look();
  /// How often there was one to look at, less those that were put back.
  std::uint64_t num_looked_at() const { return num_looked_at_; }
  /// Goes back to where `count` inputs were looked at, and forgets those before.
  void go_back_to(std::uint64_t count);

 private:
  InputStream& inputs_;
  std::size_t most_;
  std::deque<Input> ahead_;   // put back
  std::deque<Input> recent_;  // looked at
  std::uint64_t num_looked_at_ = 0;
};

}  // namespace vit_embed
