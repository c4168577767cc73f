#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "encoder/encoder.h"
#include "encoder/native_weights.h"
#include "formats/model_metadata.h"

namespace vit_embed {

/// Our own forward of a plain ViT on the CPU, on oneDNN's products. A row depends on the image, the precision
/// and the instruction set; not on the batch or the number of threads.
///
/// Throws FatalError for a precision that `options.isa` does not multiply natively, with the reason; for a
/// device that is not the CPU; and what `weights` throws. Blocks for reading and packing the weights. The
/// bound on instruction sets is the process's: see bound_instruction_set().
std::unique_ptr<Encoder> make_native_encoder(const Architecture& architecture, const NativeWeights& weights,
                                             ModelDescription description, const EncoderOptions& options);

/// The same for a file of `vit-embed export`, of which `metadata` has been read: the weights are read without
/// LibTorch and checked by hash. Throws FatalError naming the file.
std::unique_ptr<Encoder> load_native_encoder(const std::filesystem::path& model_file,
                                             const ModelMetadata& metadata, const EncoderOptions& options);

/// What precedes any native encoder. Throws FatalError for a device that is not the CPU, and for a precision
/// that `options.isa` does not multiply natively, with the reason. Bounds the process's instruction set: see
/// bound_instruction_set().
void settle_native_options(const EncoderOptions& options);

/// Why `isa` has no such products of its own, and what has; "" where it has.
std::string reason_against(Precision precision, InstructionSet isa);

/// "2.6.3", of the library that is loaded.
std::string onednn_version();

}  // namespace vit_embed
