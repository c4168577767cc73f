#include "torchscript/scaled_dot_product_attention.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/softmax.h>
#include <torch/library.h>

#include <cmath>
#include <limits>
#include <utility>

namespace vit_embed {
namespace {

/// c10's own type before LibTorch 2.2, std's since.
template <class T>
using Optional = decltype(std::declval<c10::IValue&>().toOptional<T>());

/// softmax(query key^T * scale + mask) value, as torch.nn.functional.scaled_dot_product_attention's
/// documentation spells it out. query [..., L, E], key [..., S, E], value [..., S, Ev] -> [..., L, Ev].
at::Tensor scaled_dot_product_attention(const at::Tensor& query, const at::Tensor& key,
                                        const at::Tensor& value, const Optional<at::Tensor>& attn_mask,
                                        double dropout_p, bool is_causal, Optional<double> scale,
                                        bool enable_gqa) {
  TORCH_CHECK(dropout_p == 0,
              "scaled_dot_product_attention with dropout: the model was traced in training mode");
  TORCH_CHECK(!enable_gqa, "scaled_dot_product_attention with grouped queries needs LibTorch 2.5");
  const double factor = scale.value_or(1 / std::sqrt(static_cast<double>(query.size(-1))));
  at::Tensor scores = at::matmul(query * factor, key.transpose(-2, -1));
  const double excluded = -std::numeric_limits<double>::infinity();
  if (is_causal) {
    const at::Tensor before =
        at::ones({query.size(-2), key.size(-2)}, query.options().dtype(at::kBool)).tril();
    scores = scores.masked_fill(before.logical_not(), excluded);
  }
  if (attn_mask.has_value()) {
    scores = attn_mask->scalar_type() == at::kBool ? scores.masked_fill(attn_mask->logical_not(), excluded)
                                                   : scores + *attn_mask;
  }
  return at::matmul(at::softmax(scores, -1), value);
}

}  // namespace

void provide_scaled_dot_product_attention() {
  static const bool known =
      c10::Dispatcher::singleton().findSchema({"aten::scaled_dot_product_attention", ""}).has_value();
  if (known) return;
  // The schema of torch 2.5; traces of earlier ones leave out its last arguments.
  static const torch::Library library = [] {
    torch::Library fragment(torch::Library::FRAGMENT, "aten", {}, __FILE__, __LINE__);
    fragment.def(
        "scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? attn_mask=None, "
        "float dropout_p=0.0, bool is_causal=False, *, float? scale=None, bool enable_gqa=False) -> Tensor",
        scaled_dot_product_attention);
    return fragment;
  }();
}

}  // namespace vit_embed
