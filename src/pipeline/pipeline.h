#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "inputs/input_stream.h"
#include "output/embedded_batch.h"
#include "runtime/runtime.h"

namespace vit_embed {

struct PipelineOptions {
  std::size_t batch_size = 8;  ///< inputs in a batch, which are cut at fixed positions of the input order
  int decode_threads = 1;      ///< threads that read and decode
  std::vector<Feature> features;
  bool l2_normalize = false;  ///< rows (of tokens: each token) are divided by their Euclidean norm
  DecodeOptions decode;
  /// Asked once an image was read, with BatchEntry::content, by several threads at once: true, and it is
  /// neither decoded nor embedded. What it throws ends the run. Empty: no content is hashed.
  std::function<bool(const std::string& content)> is_embedded;
};

/// Embeds `inputs` in order: one thread lists them, `decode_threads` read and decode, at a lower priority,
/// the calling thread runs the forward, and one writes each batch, in input order. At most a handful of
/// batches is in memory, whatever the number of inputs. An input that fails is an entry without a row, as is
/// one that was embedded before; every other error ends the run and is thrown from here. After a stop request
/// the forward that is under way is finished and written, the rest is dropped, and it returns.
void run_pipeline(InputStream& inputs, Model& model, const PipelineOptions& options, BatchWriter& writer,
                  std::stop_token stop);

/// Divides each `length` numbers by their Euclidean norm; zeros stay.
void l2_normalize(std::span<float> values, std::size_t length);

}  // namespace vit_embed
