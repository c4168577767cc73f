#pragma once

#include <memory>
#include <string>

#include "encoder/foreign_model.h"

namespace vit_embed {

/// The native engine for a foreign model, or why it does not fit.
struct NativeFit {
  std::unique_ptr<Encoder> encoder;  ///< null where it does not
  std::string reason;                ///< naming no file; empty where it does
};

/// A model fits when its parameters are those of transformers.ViTModel, of version 4 or 5 and under whatever
/// prefix, its graph tells the rest, and both engines give the same for a made-up image in fp32; the head
/// size is the first with which they do. `encoder` then has the model's own description and `options`'
/// precision and needs nothing of `model` any more. Blocks for a forward of each engine and for packing the
/// weights, once for each head size that is tried. Throws as make_native_encoder() does.
NativeFit fit_native_encoder(const ForeignModel& model, const EncoderOptions& options);

}  // namespace vit_embed
