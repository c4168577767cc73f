#include "encoder/native_forward.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "encoder/native_parallel.h"
#include "vit/architecture.h"

namespace vit_embed {
namespace {

/// Threads that share the chunks of one image without waiting for each other much; more take more images.
constexpr int kThreadsOfAnImage = 4;

/// Adds the time of its life.
class Timed {
 public:
  explicit Timed(double& seconds) : seconds_(seconds) {}
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;
  ~Timed() { seconds_ += std::chrono::duration<double>(Clock::now() - start_).count(); }

 private:
  using Clock = std::chrono::steady_clock;
  double& seconds_;
  Clock::time_point start_ = Clock::now();
};

std::size_t size(int number) {
  return static_cast<std::size_t>(number);
}

std::size_t patch_values(const Architecture& a) {
  return size(a.num_channels * a.patch_size * a.patch_size);
}

}  // namespace

std::size_t images_at_once(int num_threads) {
  return size(std::max(1, num_threads / kThreadsOfAnImage));
}

NativeForward::NativeForward(const PackedModel& model, std::size_t most_images, int num_threads)
    : model_(model),
      num_threads_(num_threads),
      num_patches_(size(model.architecture.num_patches())),
      num_tokens_(size(model.architecture.num_tokens())),
      hidden_size_(size(model.architecture.hidden_size)),
      heads_{num_tokens_, size(model.architecture.num_attention_heads), size(head_size(model.architecture))},
      activation_(activation_from_hidden_act(model.architecture.hidden_act)),
      residual_(most_images * num_tokens_ * hidden_size_ * sizeof(float)),
      query_key_value_(most_images * num_tokens_ * 3 * hidden_size_ * sizeof(float)),
      result_(most_images * num_tokens_ * hidden_size_ * sizeof(float)),
      patches_(Precision::fp32, most_images * num_patches_, patch_values(model.architecture)),
      normalized_(model.precision, most_images * num_tokens_, hidden_size_),
      context_(model.precision, most_images * num_tokens_, hidden_size_),
      intermediate_(model.precision, most_images * num_tokens_, size(model.architecture.intermediate_size)) {
  for (int i = 0; i < num_threads; ++i) {
    scratch_.push_back({{},
                        AttentionScratch(heads_),
                        std::vector<float>(std::max(hidden_size_, kQueryBlock * heads_.head_size)),
                        {}});
  }
}

template <class Task>
void NativeForward::for_each_row(std::size_t rows, const Task& task) {
  constexpr std::size_t kRowsOfATask = 16;
  const std::size_t tasks = (rows + kRowsOfATask - 1) / kRowsOfATask;
  parallel_for(num_threads_, images_ * tasks, [&](std::size_t i, std::size_t thread) {
    const std::size_t first = i % tasks * kRowsOfATask;
    for (std::size_t row = first; row < std::min(rows, first + kRowsOfATask); ++row) {
      task(i / tasks * num_tokens_ + row, scratch_[thread]);
    }
  });
}

template <class Task>
void NativeForward::for_each_image(std::size_t indices, const Task& task) {
  parallel_for(num_threads_, indices * images_,
               [&](std::size_t i, std::size_t thread) { task(i / images_, i % images_, scratch_[thread]); });
}

std::span<const float> NativeForward::run(std::span<const float> pixel_values, std::size_t images,
                                          bool cls_only) {
  images_ = images;
  embed(pixel_values);
  const std::size_t rows = cls_only ? 1 : num_tokens_;
  for (const PackedLayer& layer : model_.layers) {
    run_layer(layer, &layer == &model_.layers.back() ? rows : num_tokens_);
  }
  return final_norm(rows);
}

/// [3, H, W] -> the patch's [3, P, P], as the convolution's weights are ordered.
void NativeForward::extract_patch(const float* image, std::size_t patch, std::span<float> values) const {
  const Architecture& a = model_.architecture;
  const std::size_t width = size(a.image_size.width);
  const std::size_t height = size(a.image_size.height);
  const std::size_t side = size(a.patch_size);
  const std::size_t columns = size(a.patch_grid().width);
  const float* corner = image + patch / columns * side * width + patch % columns * side;
  float* to = values.data();
  for (std::size_t channel = 0; channel < size(a.num_channels); ++channel) {
    for (std::size_t y = 0; y < side; ++y, to += side) {
      std::copy_n(corner + (channel * height + y) * width, side, to);
    }
  }
}

void NativeForward::embed(std::span<const float> pixel_values) {
  const Timed timed(times_.embeddings);
  const std::size_t image_values = pixel_values.size() / images_;
  parallel_for(num_threads_, images_ * num_patches_, [&](std::size_t i, std::size_t) {
    extract_patch(pixel_values.data() + i / num_patches_ * image_values, i % num_patches_, patches_.row(i));
  });
  const std::size_t tokens = num_tokens_ * hidden_size_;
  for (std::size_t image = 0; image < images_; ++image) {
    std::copy(model_.tokens.begin(), model_.tokens.end(), residual_.as<float>() + image * tokens);
  }
  const Linear& projection = model_.patch_projection;
  for_each_image(projection.num_chunks(), [&](std::size_t chunk, std::size_t image, ThreadScratch& scratch) {
    projection.multiply(chunk, num_patches_, patches_.from(image * num_patches_),
                        residual_.as<float>() + image * tokens + hidden_size_, scratch.product);
  });
}

void NativeForward::run_layer(const PackedLayer& layer, std::size_t rows) {
  normalize(layer.before, num_tokens_);
  multiply_query_key_value(layer, rows);
  attend(rows);
  {
    const Timed timed(times_.attention_output);
    multiply_residual(layer.attention_output, context_, rows);
  }
  normalize(layer.after, rows);
  multiply_intermediate(layer.intermediate, rows);
  const Timed timed(times_.output);
  multiply_residual(layer.output, intermediate_, rows);
}

void NativeForward::normalize(const LayerNorm& norm, std::size_t rows) {
  const Timed timed(times_.norms);
  const auto epsilon = static_cast<float>(model_.architecture.layer_norm_eps);
  for_each_row(rows, [&](std::size_t i, ThreadScratch& scratch) {
    const std::span row(residual_.as<float>() + i * hidden_size_, hidden_size_);
    const std::span to = model_.precision == Precision::fp32 ? normalized_.row(i)
                                                             : std::span(scratch.rows).first(hidden_size_);
    layer_norm(row, norm.weight, norm.bias, epsilon, to);
    normalized_.finish(i, to);
  });
}

void NativeForward::multiply_query_key_value(const PackedLayer& layer, std::size_t rows) {
  const Timed timed(times_.query_key_value);
  const std::size_t query_chunks = layer.query.num_chunks();
  for_each_image(query_chunks + layer.key_value.num_chunks(), [&](std::size_t chunk, std::size_t image,
                                                                  ThreadScratch& scratch) {
    float* to = query_key_value_.as<float>() + image * num_tokens_ * 3 * hidden_size_;
    const ProductInput from = normalized_.from(image * num_tokens_);
    if (chunk < query_chunks) {
      layer.query.multiply(chunk, rows, from, to, scratch.product);
    } else {
      layer.key_value.multiply(chunk - query_chunks, num_tokens_, from, to + hidden_size_, scratch.product);
    }
  });
}

void NativeForward::attend(std::size_t rows) {
  const Timed timed(times_.attention);
  for_each_image(heads_.num_heads, [&](std::size_t head, std::size_t image, ThreadScratch& scratch) {
    const float* from = query_key_value_.as<float>() + image * num_tokens_ * 3 * hidden_size_;
    scratch.attention.pack(from, head);
    for (std::size_t first = 0; first < rows; first += kQueryBlock) {
      attend(from, head, image, first, std::min(kQueryBlock, rows - first), scratch);
    }
  });
  finish_rows(context_, rows);
}

/// A block of queries of one head.
void NativeForward::attend(const float* query_key_value, std::size_t head, std::size_t image,
                           std::size_t first, std::size_t count, ThreadScratch& scratch) {
  const std::size_t row = image * num_tokens_ + first;
  const std::size_t begin = head * heads_.head_size;
  const bool in_place = context_.keep_floats();
  float* to = in_place ? context_.row(row).data() + begin : scratch.rows.data();
  const std::size_t stride = in_place ? hidden_size_ : heads_.head_size;
  scratch.attention.attend(query_key_value, head, first, count, to, stride);
  for (std::size_t i = 0; i < count; ++i) {
    context_.finish_columns(row + i, begin, {to + i * stride, heads_.head_size});
  }
}

void NativeForward::multiply_intermediate(const Linear& linear, std::size_t rows) {
  const Timed timed(times_.intermediate);
  for_each_image(linear.num_chunks(), [&](std::size_t chunk, std::size_t image, ThreadScratch& scratch) {
    const std::size_t first = image * num_tokens_;
    const std::size_t begin = linear.chunk_begin(chunk);
    const std::size_t columns = linear.chunk_size(chunk);
    scratch.chunk.reserve(rows * columns * sizeof(float));
    linear.multiply(chunk, rows, normalized_.from(first), scratch.chunk.as<float>(), scratch.product);
    for (std::size_t i = 0; i < rows; ++i) {
      const std::span row(scratch.chunk.as<float>() + i * columns, columns);
      const std::span to =
          intermediate_.keep_floats() ? intermediate_.row(first + i).subspan(begin, columns) : row;
      activate(activation_, row, to);
      intermediate_.finish_columns(first + i, begin, to);
    }
  });
  finish_rows(intermediate_, rows);
}

void NativeForward::finish_rows(Activations& activations, std::size_t rows) {
  if (!activations.need_finish_row()) return;
  for_each_row(rows, [&](std::size_t i, ThreadScratch&) { activations.finish_row(i); });
}

void NativeForward::multiply_residual(const Linear& linear, const Activations& input, std::size_t rows) {
  for_each_image(linear.num_chunks(), [&](std::size_t chunk, std::size_t image, ThreadScratch& scratch) {
    const std::size_t first = image * num_tokens_;
    linear.multiply(chunk, rows, input.from(first), residual_.as<float>() + first * hidden_size_,
                    scratch.product);
  });
}

std::span<const float> NativeForward::final_norm(std::size_t rows) {
  const Timed timed(times_.norms);
  const auto epsilon = static_cast<float>(model_.architecture.layer_norm_eps);
  parallel_for(num_threads_, images_ * rows, [&](std::size_t i, std::size_t) {
    const std::size_t row = i / rows * num_tokens_ + i % rows;
    layer_norm({residual_.as<float>() + row * hidden_size_, hidden_size_}, model_.norm.weight,
               model_.norm.bias, epsilon, {result_.as<float>() + i * hidden_size_, hidden_size_});
  });
  return {result_.as<float>(), images_ * rows * hidden_size_};
}

void NativeForward::pool(std::span<const float> cls, std::span<float> pooler_output) {
  const Linear& linear = *model_.pooler;
  for (std::size_t chunk = 0; chunk < linear.num_chunks(); ++chunk) {
    linear.multiply(chunk, 1, {cls.data(), nullptr}, pooler_output.data(), scratch_.front().product);
  }
  for (float& value : pooler_output) value = std::tanh(value);
}

}  // namespace vit_embed
