#pragma once

namespace vit_embed {

/// Gives LibTorch the operator aten::scaled_dot_product_attention where it has none (before 2.0): what was
/// traced with torch 2 under Transformers' "sdpa" attention calls it. Any thread, any number of times.
void provide_scaled_dot_product_attention();

}  // namespace vit_embed
