#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "formats/image_size.h"
#include "hub/snapshot.h"

namespace vit_embed {

/// A grid of vectors, [height, width, hidden_size], at another size by bicubic convolution (a = -0.75, border
/// values repeated, align_corners false, not antialiased): what
/// torch.nn.functional.interpolate(mode="bicubic") gives, with which Transformers'
/// interpolate_pos_encoding=True resizes position embeddings. `values` holds `from`.height * `from`.width
/// vectors; the result as many as `to` says.
std::vector<float> interpolate_bicubic(std::span<const float> values, ImageSize from, ImageSize to,
                                       std::size_t hidden_size);

/// Settles the size of a snapshot's images. With `image_size` the position embeddings are interpolated to it,
/// [CLS]'s is kept, and the preprocessing resizes to it; without, config.json and preprocessor_config.json
/// have to agree. Throws FatalError where they do not, or where the size is less than a patch.
void settle_image_size(Snapshot& snapshot, std::optional<ImageSize> image_size);

}  // namespace vit_embed
