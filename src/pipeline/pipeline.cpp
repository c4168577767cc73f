#include "pipeline/pipeline.h"

#include <cmath>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <thread>

#include "formats/digest.h"
#include "pipeline/batch.h"
#include "pipeline/bounded_queue.h"
#include "pipeline/held_memory.h"
#include "pipeline/thread_priority.h"

namespace vit_embed {
namespace {

/// One is filled, one waits for the forward, one is in it, one is written.
constexpr std::size_t kBatchesInFlight = 4;

/// Of encoded images that are in memory before they are decoded, the one that is added last not counted.
constexpr std::uint64_t kLargestHeldMemory = std::uint64_t{256} << 20;

struct DecodeTask {
  Batch* batch;
  std::size_t slot;
};

std::string sha256(std::span<const std::byte> bytes) {
  Sha256 sha;
  sha.update(bytes);
  return sha.digest();
}

/// What made `work`, on one image, fail, where that is no reason to end the run.
template <class Work>
std::optional<InputFailure> failure_of(Work work) {
  try {
    work();
  } catch (const InputError& error) {
    return InputFailure{error.kind(), error.what()};
  } catch (const std::bad_alloc&) {
    return InputFailure{FailureKind::transient, "not enough memory for this image"};
  }
  return std::nullopt;
}

class Pipeline {
 public:
  Pipeline(InputStream& inputs, Model& model, const PipelineOptions& options, BatchWriter& writer)
      : inputs_(inputs),
        model_(model),
        options_(options),
        writer_(writer),
        decode_tasks_(kBatchesInFlight * options.batch_size) {
    const std::size_t pixels = model.description().preprocessing.image_size.num_pixels();
    for (std::size_t i = 0; i < kBatchesInFlight; ++i) {
      batches_.push_back(std::make_unique<Batch>(options.batch_size, 3 * pixels));
      free_.push(batches_.back().get(), {});
    }
  }

  void run(std::stop_token stop) {
    const std::stop_callback forward_stop(stop, [this] { abort_.request_stop(); });
    const std::stop_callback cancel_list(aborted(), [this] { inputs_.cancel(); });
    {
      std::vector<std::jthread> threads;
      guarded([this, &threads] {  // a thread that cannot be started ends the others, too
        threads.emplace_back([this] { guarded([this] { list(); }); });
        for (int i = 0; i < options_.decode_threads; ++i) {
          threads.emplace_back([this] { guarded([this] { decode(); }); });
        }
        threads.emplace_back([this] { guarded([this] { write(); }); });
        forward();
      });
      encoded_.close();
    }
    if (error_) std::rethrow_exception(error_);
    if (list_error_) std::rethrow_exception(list_error_);
  }

 private:
  /// The first error stops every thread, and is thrown once they have ended.
  template <class Work>
  void guarded(Work work) {
    try {
      work();
    } catch (...) {
      const std::lock_guard lock(error_mutex_);
      if (!error_) error_ = std::current_exception();
      abort_.request_stop();
    }
  }

  std::stop_token aborted() const { return abort_.get_token(); }

  void list() {
    while (std::optional<Input> input = next_input()) {
      const std::optional<Batch*> batch = free_.pop(aborted());
      if (!batch || !fill(**batch, std::move(input))) return;
      if (!in_order_.push(*batch, aborted())) return;
    }
    in_order_.close();
    decode_tasks_.close();
  }

  /// What cannot be listed any further ends the inputs, and is thrown once those before it are written.
  std::optional<Input> next_input() {
    if (aborted().stop_requested() || list_error_) return std::nullopt;
    try {
      return inputs_.next();
    } catch (const FatalError&) {
      list_error_ = std::current_exception();
      return std::nullopt;
    }
  }

  /// Each input is decoded at once, not when the batch is full, for it may have to give memory back before
  /// the next one can be had. False where the run has ended.
  bool fill(Batch& batch, std::optional<Input> input) {
    batch.clear();
    while (input) {
      if (!held_memory_.take(input->source->held_memory(), aborted())) return false;
      const std::size_t slot = batch.add(std::move(*input));
      if (!decode_tasks_.push({&batch, slot}, aborted())) return false;
      input = batch.size() < options_.batch_size ? next_input() : std::nullopt;
    }
    return true;
  }

  /// There are as many decode threads as threads of the forward, and the cores are there once: every thread
  /// of a forward waits for its slowest, so that one that shares its core with a decode thread costs them
  /// all. Decoding takes what the forward leaves, all of it when the forward waits for images.
  void decode() {
    yield_to_other_threads();
    std::vector<std::byte> encoded;
    while (const std::optional<DecodeTask> task = decode_tasks_.pop(aborted())) {
      const Input& input = task->batch->input(task->slot);
      const std::uint64_t held = input.source->held_memory();
      BatchEntry entry;
      entry.failure = failure_of([&] { entry.identity = input.source->read(encoded); });
      if (!entry.failure && options_.is_embedded) {
        entry.content = sha256(encoded);
        entry.embedded_before = options_.is_embedded(entry.content);
      }
      if (entry.has_row()) {
        entry.failure = failure_of(
            [&] { model_.preprocess(encoded, options_.decode, task->batch->pixel_values(task->slot)); });
      }
      if (entry.identity == FileIdentity{}) entry.identity = input.source->identify();
      task->batch->set_done(task->slot, std::move(entry));
      held_memory_.give_back(held);
    }
  }

  void forward() {
    while (const std::optional<Batch*> batch = in_order_.pop(aborted())) {
      if (!(*batch)->wait_decoded(aborted()) || aborted().stop_requested()) return;
      encode(**batch);
      if (!encoded_.push(*batch, {})) return;
    }
  }

  void encode(Batch& batch) {
    const std::size_t count = batch.compact();
    std::vector<std::vector<float>>& rows = batch.result().rows;
    rows.resize(options_.features.size());
    std::vector<FeatureOutput> outputs;
    const auto hidden_size = static_cast<std::size_t>(model_.description().hidden_size);
    const auto num_tokens = static_cast<std::size_t>(model_.description().num_tokens);
    for (std::size_t f = 0; f < rows.size(); ++f) {
      rows[f].resize(count * hidden_size * (options_.features[f] == Feature::tokens ? num_tokens : 1));
      outputs.push_back({options_.features[f], rows[f]});
    }
    if (count == 0) return;
    model_.encode(batch.pixel_values_of(count), count, outputs);
    if (!options_.l2_normalize) return;
    for (std::vector<float>& feature_rows : rows) l2_normalize(feature_rows, hidden_size);
  }

  /// Stops only when the forward has closed its queue, so that what was computed is written.
  void write() {
    while (const std::optional<Batch*> batch = encoded_.pop({})) {
      try {
        writer_.write((*batch)->result());
      } catch (...) {
        encoded_.close();
        throw;
      }
      free_.push(*batch, {});
    }
  }

  InputStream& inputs_;
  Model& model_;
  const PipelineOptions& options_;
  BatchWriter& writer_;
  std::vector<std::unique_ptr<Batch>> batches_;
  HeldMemory held_memory_{kLargestHeldMemory};
  BoundedQueue<Batch*> free_{kBatchesInFlight};
  BoundedQueue<DecodeTask> decode_tasks_;
  BoundedQueue<Batch*> in_order_{kBatchesInFlight};
  BoundedQueue<Batch*> encoded_{kBatchesInFlight};
  std::stop_source abort_;
  std::mutex error_mutex_;
  std::exception_ptr error_;
  std::exception_ptr list_error_;  // the listing thread's
};

}  // namespace

void l2_normalize(std::span<float> values, std::size_t length) {
  for (; !values.empty(); values = values.subspan(length)) {
    double sum = 0;
    for (const float value : values.first(length)) sum += double{value} * double{value};
    const double scale = sum > 0 ? 1 / std::sqrt(sum) : 0;
    for (float& value : values.first(length)) value = static_cast<float>(value * scale);
  }
}

void run_pipeline(InputStream& inputs, Model& model, const PipelineOptions& options, BatchWriter& writer,
                  std::stop_token stop) {
  Pipeline(inputs, model, options, writer).run(stop);
}

}  // namespace vit_embed
