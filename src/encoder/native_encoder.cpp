#include "encoder/native_encoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "base/error.h"
#include "encoder/native_forward.h"
#include "encoder/native_instruction_set.h"
#include "encoder/native_stored_weights.h"

namespace vit_embed {
namespace {

class NativeEncoder : public Encoder {
 public:
  NativeEncoder(PackedModel model, ModelDescription description, const EncoderOptions& options)
      : model_(std::move(model)),
        description_(std::move(description)),
        options_(options),
        images_at_once_(images_at_once(options.num_threads)),
        forward_(model_, images_at_once_, options.num_threads) {}

  const ModelDescription& description() const override { return description_; }
  std::string engine() const override { return "native"; }
  InstructionSet instruction_set() const override { return options_.isa; }

  void encode(std::span<const float> pixel_values, std::size_t batch_size,
              std::span<const FeatureOutput> outputs) override {
    const std::size_t image_size = 3 * description_.preprocessing.image_size.num_pixels();
    if (pixel_values.size() != batch_size * image_size)
      throw std::invalid_argument("pixel_values are not [batch_size, 3, H, W]");
    for (const FeatureOutput& output : outputs) check(output, batch_size);
    const bool cls_only = std::ranges::all_of(outputs, [](const FeatureOutput& output) {
      return output.feature == Feature::cls || output.feature == Feature::pooler;
    });
    for (std::size_t first = 0; first < batch_size; first += images_at_once_) {
      const std::size_t images = std::min(images_at_once_, batch_size - first);
      const std::span<const float> tokens =
          forward_.run(pixel_values.subspan(first * image_size, images * image_size), images, cls_only);
      for (std::size_t i = 0; i < images; ++i) {
        const std::span of_image = tokens.subspan(i * tokens.size() / images, tokens.size() / images);
        for (const FeatureOutput& output : outputs) write(of_image, output, first + i);
      }
    }
  }

 private:
  std::size_t hidden_size() const { return static_cast<std::size_t>(description_.hidden_size); }

  std::size_t row_size(Feature feature) const {
    return hidden_size() *
           (feature == Feature::tokens ? static_cast<std::size_t>(description_.num_tokens) : 1);
  }

  void check(const FeatureOutput& output, std::size_t batch_size) const {
    require_feature(description_, output.feature);
    if (output.values.size() != batch_size * row_size(output.feature)) {
      throw std::invalid_argument("an output's size is not its feature's");
    }
  }

  /// One image's feature from its [T or 1, D].
  void write(std::span<const float> tokens, const FeatureOutput& output, std::size_t image) {
    const std::size_t size = row_size(output.feature);
    const std::span<float> row = output.values.subspan(image * size, size);
    switch (output.feature) {
      case Feature::cls:
        std::copy_n(tokens.begin(), size, row.begin());
        break;
      case Feature::pooler:
        forward_.pool(tokens.first(size), row);
        break;
      case Feature::mean:
        write_mean(tokens.subspan(size), row);
        break;
      case Feature::tokens:
        std::copy(tokens.begin(), tokens.end(), row.begin());
        break;
    }
  }

  static void write_mean(std::span<const float> patches, std::span<float> row) {
    const std::size_t count = patches.size() / row.size();
    for (std::size_t i = 0; i < row.size(); ++i) {
      double sum = 0;
      for (std::size_t patch = 0; patch < count; ++patch) sum += double{patches[patch * row.size() + i]};
      row[i] = static_cast<float>(sum / static_cast<double>(count));
    }
  }

  PackedModel model_;
  ModelDescription description_;
  EncoderOptions options_;
  std::size_t images_at_once_;
  NativeForward forward_;
};

}  // namespace

std::unique_ptr<Encoder> make_native_encoder(const Architecture& architecture, const NativeWeights& weights,
                                             ModelDescription description, const EncoderOptions& options) {
  settle_native_options(options);
  return std::make_unique<NativeEncoder>(
      pack_model(architecture, options.precision, weights, options.num_threads), std::move(description),
      options);
}

std::unique_ptr<Encoder> load_native_encoder(const std::filesystem::path& model_file,
                                             const ModelMetadata& metadata, const EncoderOptions& options) {
  const StoredWeights weights(model_file, metadata);
  return make_native_encoder(metadata.architecture, weights, describe(metadata), options);
}

void settle_native_options(const EncoderOptions& options) {
  check_options(options);
  const std::string reason = reason_against(options.precision, options.isa);
  if (!reason.empty()) throw FatalError(reason);
  bound_instruction_set(options.isa);
}

std::string reason_against(Precision precision, InstructionSet isa) {
  const auto refuse = [&](std::string_view needed, std::string_view why) {
    return fmt::format("--precision {} needs {}, and there is {}: {}; use --precision fp32",
                       to_string(precision), needed, to_string(isa), why);
  };
  if (precision == Precision::int8 && isa < InstructionSet::avx512_vnni)
    return refuse("AVX512-VNNI", "without it, sums of 8-bit products saturate and are silently wrong");
  if (precision == Precision::bf16 && isa < InstructionSet::avx512_bf16)
    return refuse("AVX512-BF16 or AMX", "without them, it is slower than fp32");
  return {};
}

}  // namespace vit_embed
