#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/image_size.h"

// vit_embed.json: what stands in a model file beside the weights
// ==============================================================
// A model file is a TorchScript archive (a ZIP). The extra file `vit_embed.json` in it is one JSON object:
//
//   format_version   1
//   source           what was exported, for people: a directory, a file, a Hub id, or "random"
//   revision         commit of the source, "" where there is none
//   weights_sha256   SHA-256 over every tensor in the order of `tensors`: its name, a zero byte, its bytes
//   random_seed      present where the weights are random: nothing but the architecture is real
//   architecture     hidden_size, num_hidden_layers, num_attention_heads, intermediate_size, image_size,
//                    patch_size, num_channels, hidden_act, layer_norm_eps, qkv_bias, pooler
//   preprocessing    image_size, resample ("bilinear", ...), rescale_factor, image_mean[3], image_std[3]
//   tensors          [{name, shape, xxh3}] by name; xxh3 of the float32 bytes, 16 hexadecimal digits
//
// An image_size is a number for a square, else [height, width].
//
// A reader refuses a format_version it does not know, and ignores keys it does not know.
//
// History: 1, the first.

namespace vit_embed {

inline constexpr int kModelFormatVersion = 1;
inline constexpr std::string_view kModelMetadataName = "vit_embed.json";

/// Pillow's resampling filters, with Pillow's numbers (preprocessor_config.json's `resample`).
enum class Resample { nearest = 0, lanczos = 1, bilinear = 2, bicubic = 3, box = 4, hamming = 5 };

std::string_view to_string(Resample resample);
std::optional<Resample> resample_from_string(std::string_view text);

/// From encoded image to pixel_values: RGB, resize to image_size whatever its proportions, then
/// (value * rescale_factor - mean) / std, channel by channel, in float32. Defaults are ViTImageProcessor's.
struct Preprocessing {
  ImageSize image_size;
  Resample resample = Resample::bilinear;
  double rescale_factor = 1.0 / 255.0;
  std::array<double, 3> image_mean{0.5, 0.5, 0.5};
  std::array<double, 3> image_std{0.5, 0.5, 0.5};

  bool operator==(const Preprocessing&) const = default;
};

/// The plain ViT of the Hub's config.json. Defaults are transformers.ViTConfig's.
struct Architecture {
  int hidden_size = 768;
  int num_hidden_layers = 12;
  int num_attention_heads = 12;
  int intermediate_size = 3072;
  ImageSize image_size;
  int patch_size = 16;
  int num_channels = 3;
  std::string hidden_act = "gelu";
  double layer_norm_eps = 1e-12;
  bool qkv_bias = true;
  bool pooler = true;

  /// Whole patches only: the convolution leaves out what is over at the right and at the bottom.
  ImageSize patch_grid() const { return {image_size.height / patch_size, image_size.width / patch_size}; }
  int num_patches() const { return patch_grid().height * patch_grid().width; }
  /// Patches and [CLS].
  int num_tokens() const { return num_patches() + 1; }

  bool operator==(const Architecture&) const = default;
};

struct TensorEntry {
  std::string name;  ///< as in the Hub's checkpoint, without a "vit." prefix
  std::vector<std::int64_t> shape;
  std::string xxh3;

  bool operator==(const TensorEntry&) const = default;
};

struct ModelMetadata {
  std::string source;
  std::string revision;
  std::string weights_sha256;
  bool random_weights = false;
  std::uint64_t random_seed = 0;  ///< meaningless unless random_weights
  Architecture architecture;
  Preprocessing preprocessing;
  std::vector<TensorEntry> tensors;

  bool operator==(const ModelMetadata&) const = default;
};

std::string to_json(const ModelMetadata& metadata);
/// Throws FatalError saying what is missing, ill-typed or of another version; the message does not name the
/// file.
ModelMetadata model_metadata_from_json(std::string_view json);

/// Reads the metadata out of a model file without LibTorch; nothing where it is TorchScript that `vit-embed
/// export` did not make. Throws FatalError naming the file: not there, not an archive, not a TorchScript
/// archive, damaged metadata.
std::optional<ModelMetadata> find_model_metadata(const std::filesystem::path& model_file);
/// The same; TorchScript of another origin is a FatalError, too.
ModelMetadata read_model_metadata(const std::filesystem::path& model_file);

}  // namespace vit_embed
