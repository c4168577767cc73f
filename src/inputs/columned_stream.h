#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "inputs/input_options.h"
#include "inputs/input_stream.h"

namespace vit_embed {

/// Gives each input all the columns of the run. A label is looked for behind the first `unlabelled` bytes of
/// a name: a tar is no folder.
class ColumnedStream : public InputStream {
 public:
  ColumnedStream(std::unique_ptr<InputStream> inputs, Labels labels, std::size_t unlabelled, bool samples)
      : inputs_(std::move(inputs)), labels_(labels), unlabelled_(unlabelled), samples_(samples) {}

  std::optional<Input> next() override;
  std::uint64_t passed_over() const override { return inputs_->passed_over(); }
  std::string why_empty() const override { return inputs_->why_empty(); }
  void cancel() override { inputs_->cancel(); }

 private:
  std::unique_ptr<InputStream> inputs_;
  Labels labels_;
  std::size_t unlabelled_;
  bool samples_;
};

}  // namespace vit_embed
