#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

// Includes Torch: for encoder/torchscript*.cpp only.

namespace vit_embed {

/// What one forward gives; N images, T tokens, D = hidden_size.
struct ModelOutput {
  at::Tensor last_hidden_state;  ///< [N, T, D]
  at::Tensor pooler_output;      ///< [N, D]; undefined without a pooler
};

/// A forward's tensors and what they are called: the keys of a dict, the positions in a tuple or a list, "0"
/// for a tensor alone. What is no tensor is left out.
std::vector<std::pair<std::string, at::Tensor>> named_tensors(const c10::IValue& result);

/// Which of a forward's tensors are the ones that stand in ModelOutput.
struct OutputLayout {
  std::string last_hidden_state;
  std::optional<std::string> pooler_output;

  /// Throws c10::Error where `result` is not as it was recognised.
  ModelOutput pick(const c10::IValue& result) const;
};

/// By the names that Transformers gives, else by shape: last_hidden_state is the first tensor [N, T, D],
/// pooler_output the first [N, D] with the same D, so that [N, 1000] logits are none. `batch_size` is N.
/// Throws FatalError, naming no file, where there is no last_hidden_state.
OutputLayout recognize_output(const c10::IValue& result, std::int64_t batch_size);

/// "last_hidden_state [197, 1024] is output '0', pooler_output [1024] is output '1'; output '2' [1000] is not
/// used": shapes of one image.
std::string describe_layout(const OutputLayout& layout, const c10::IValue& result);

}  // namespace vit_embed
