#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <span>
#include <stop_token>
#include <vector>

#include "inputs/input_stream.h"
#include "output/embedded_batch.h"

namespace vit_embed {

/// A batch on its way: inputs are put into it one after the other, decode threads fill their slots in any
/// order, then the forward takes the slots that are to have a row. A batch that was written can be used
/// again; its buffers are kept.
class Batch {
 public:
  /// `image_size` numbers of pixel_values an image, `capacity` images.
  Batch(std::size_t capacity, std::size_t image_size)
      : image_size_(image_size), pixel_values_(capacity * image_size), inputs_(capacity) {}

  /// Starts it anew, empty.
  void clear();
  /// Puts in what is to be decoded; returns its slot, which a decode thread may be given at once.
  std::size_t add(Input input);
  std::size_t size() const { return size_; }

  // For decode threads; each slot belongs to one of them.
  const Input& input(std::size_t slot) const { return inputs_[slot]; }
  std::span<float> pixel_values(std::size_t slot);
  /// What became of the slot's input, whose source is dropped; it brings name and columns itself.
  void set_done(std::size_t slot, BatchEntry entry);

  /// Once all are added: blocks until every slot is done; false when a stop is requested first.
  bool wait_decoded(std::stop_token stop);
  /// Moves the images that are to have a row to the front; returns how many there are. Only once decoded.
  std::size_t compact();
  /// The first `count` images, [count, 3, H, W].
  std::span<const float> pixel_values_of(std::size_t count) const;

  EmbeddedBatch& result() { return result_; }

 private:
  std::size_t image_size_;
  std::vector<float> pixel_values_;
  std::vector<Input>
      inputs_;  // `size_` of them; of a fixed length, for slots are used while others are added
  std::size_t size_ = 0;
  EmbeddedBatch result_;  // likewise, until the batch is decoded
  std::mutex mutex_;
  std::condition_variable_any decoded_;
  std::size_t remaining_ = 0;
};

}  // namespace vit_embed
