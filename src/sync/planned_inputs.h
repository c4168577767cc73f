#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "inputs/input_stream.h"
#include "store/generation_writer.h"

namespace vit_embed {

/// The files of a plan, one after the other, and which of them is whose result.
class PlannedInputs : public InputStream {
 public:
  /// `root_paths` by the roots' ids.
  PlannedInputs(GenerationWriter& generation, std::map<std::int64_t, std::string> root_paths)
      : generation_(generation), root_paths_(std::move(root_paths)) {}

  std::optional<Input> next() override;
  /// The file of the first input whose result was not yet asked for; for another thread than next()'s.
  PlannedFile take_result();

 private:
  GenerationWriter& generation_;
  std::map<std::int64_t, std::string> root_paths_;
  std::vector<PlannedFile> page_;
  std::size_t position_ = 0;  // in page_
  std::int64_t last_id_ = 0;
  std::mutex mutex_;
  std::deque<PlannedFile> in_work_;
};

}  // namespace vit_embed
