#pragma once

#include <atomic>
#include <charconv>
#include <chrono>
#include <functional>
#include <mutex>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/error.h"
#include "runtime/runtime.h"

namespace vit_embed {

/// Stands for a model: an image is the text of a number, and its rows follow from that number alone. Images
/// that are not numbers do what they say: "bad" fails for good, "oom" needs too much memory, "bug" throws
/// what nobody expects.
class FakeModel : public Model {
 public:
  static ModelMetadata some_metadata() {
    ModelMetadata m;
    m.source = "a fake";
    m.revision = "c0ffee";
    m.weights_sha256 = std::string(64, 'f');
    m.architecture.hidden_size = 3;
    m.architecture.image_size = {4, 4};
    m.architecture.patch_size = 4;  // one patch: two tokens
    m.preprocessing.image_size = {4, 4};
    return m;
  }

  explicit FakeModel(const ModelMetadata& metadata = some_metadata()) : description_(describe(metadata)) {}

  const ModelDescription& description() const override { return description_; }
  std::string engine() const override { return engine_; }
  InstructionSet instruction_set() const override { return InstructionSet::avx2; }

  void preprocess(std::span<const std::byte> encoded, const DecodeOptions& options,
                  std::span<float> pixel_values) const override {
    const std::string text(reinterpret_cast<const char*>(encoded.data()), encoded.size());
    if (delay_) std::this_thread::sleep_for(delay_(text));
    ++preprocessed_;
    if (text == "oom") throw std::bad_alloc();
    if (text == "bug") throw std::logic_error("a bug in preprocess");
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{}) throw InputError(FailureKind::permanent, "not a number: " + text);
    for (float& pixel : pixel_values)
      pixel = static_cast<float>(options.apply_exif_orientation ? value : -value);
  }

  void encode(std::span<const float> pixel_values, std::size_t batch_size,
              std::span<const FeatureOutput> outputs) override {
    const std::size_t image = pixel_values.size() / batch_size;
    std::vector<int> batch;
    for (std::size_t i = 0; i < batch_size; ++i) batch.push_back(static_cast<int>(pixel_values[i * image]));
    for (const FeatureOutput& output : outputs) {
      const std::size_t row = output.values.size() / batch_size;
      for (std::size_t k = 0; k < output.values.size(); ++k) {
        output.values[k] = row_value(batch[k / row], output.feature, k % row);
      }
    }
    batches_.push_back(std::move(batch));
    if (on_encode_) on_encode_(batches_.size());
  }

  static float row_value(int image, Feature feature, std::size_t k) {
    return static_cast<float>(image) + static_cast<float>(feature) / 10 + static_cast<float>(k) / 100;
  }

  ModelDescription description_;
  std::string engine_ = "fake";
  LoadOptions loaded_with_;
  std::vector<std::vector<int>> batches_;  ///< the images of every forward so far
  mutable std::atomic<std::size_t> preprocessed_ = 0;
  std::function<void(std::size_t)> on_encode_;  ///< told after each forward how many there were
  std::function<std::chrono::microseconds(const std::string&)> delay_;
};

}  // namespace vit_embed
