#pragma once

#include "formats/model_metadata.h"

namespace vit_embed {

/// Throws FatalError, which does not name the file, where no ViT has these numbers: a size out of range, a
/// hidden size that the heads do not divide, an image smaller than a patch, channels other than RGB's
/// three, an activation that is not supported. What passes can be multiplied out without overflow.
void validate_architecture(const Architecture& architecture);

/// Channels of one attention head: hidden_size / num_attention_heads.
int head_size(const Architecture& architecture);

/// ViT-L/16 at 224x224 with a pooler, as google/vit-large-patch16-224-in21k's config.json has it.
Architecture vit_large_patch16_224();

}  // namespace vit_embed
