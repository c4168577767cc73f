#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "encoder/native_activations.h"
#include "encoder/native_attention.h"
#include "encoder/native_model.h"

namespace vit_embed {

/// Seconds by kind of work, summed over forwards.
struct ForwardTimes {
  double embeddings = 0;
  double norms = 0;            ///< and rounding or quantising their results
  double query_key_value = 0;  ///< the products
  double attention = 0;        ///< scores, softmax, context; and rounding or quantising that
  double attention_output = 0;
  double intermediate = 0;  ///< with the activation; and rounding or quantising its results
  double output = 0;
};

/// How many images are best run at once on so many threads.
std::size_t images_at_once(int num_threads);

/// The forward of transformers.ViTModel in eval mode (modeling_vit.py) on a packed model, and the memory it
/// takes. Images run side by side without touching each other: an image's result does not depend on how many
/// there are, on the others, or on the number of threads. T tokens, D = hidden_size.
class NativeForward {
 public:
  /// For up to `most_images` at once. `model` must outlive it.
  NativeForward(const PackedModel& model, std::size_t most_images, int num_threads);

  /// last_hidden_state of pixel_values [images, 3, H, W]: [images, T, D], or, with `cls_only`, for which the
  /// last layer is computed for that token alone, [images, 1, D]. Valid until the next call. Blocks.
  std::span<const float> run(std::span<const float> pixel_values, std::size_t images, bool cls_only);

  /// pooler_output [D] of one image's cls [D], for a model with a pooler.
  void pool(std::span<const float> cls, std::span<float> pooler_output);

  const ForwardTimes& times() const { return times_; }

 private:
  struct ThreadScratch {
    ProductScratch product;
    AttentionScratch attention;
    std::vector<float> rows;  ///< a row of hidden states, or a block of queries' context of one head
    AlignedBytes chunk;       ///< of the MLP's inner products, float32 [T, its columns]
  };

  void embed(std::span<const float> pixel_values);
  void extract_patch(const float* image, std::size_t patch, std::span<float> values) const;
  void run_layer(const PackedLayer& layer, std::size_t rows);
  void normalize(const LayerNorm& norm, std::size_t rows);
  void multiply_query_key_value(const PackedLayer& layer, std::size_t rows);
  void attend(std::size_t rows);
  void attend(const float* query_key_value, std::size_t head, std::size_t image, std::size_t first,
              std::size_t count, ThreadScratch& scratch);
  void multiply_intermediate(const Linear& linear, std::size_t rows);
  void multiply_residual(const Linear& linear, const Activations& input, std::size_t rows);
  void finish_rows(Activations& activations, std::size_t rows);
  std::span<const float> final_norm(std::size_t rows);

  /// task(i, thread) for the first `rows` rows i of each image; an image has T rows in every buffer.
  template <class Task>
  void for_each_row(std::size_t rows, const Task& task);
  /// task(index, image, scratch) for so many indices of each image, those of one index behind each other: for
  /// chunks, whose weights are in the cache then.
  template <class Task>
  void for_each_image(std::size_t indices, const Task& task);

  const PackedModel& model_;
  int num_threads_;
  std::size_t num_patches_, num_tokens_, hidden_size_;
  AttentionShape heads_;
  Activation activation_;
  std::size_t images_ = 0;        ///< of the run that is under way
  AlignedBytes residual_;         ///< [images, T, D]
  AlignedBytes query_key_value_;  ///< [images, T, 3 D]
  AlignedBytes result_;           ///< [images, T or 1, D]
  Activations patches_;           ///< [images, patches, 3 P P]
  Activations normalized_;        ///< [images, T, D]
  Activations context_;           ///< [images, T, D]
  Activations intermediate_;      ///< [images, T, F]
  std::vector<ThreadScratch> scratch_;
  ForwardTimes times_;
};

}  // namespace vit_embed
