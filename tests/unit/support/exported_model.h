#pragma once

#include <filesystem>

#include "hub/snapshot.h"
#include "hub/weight_digest.h"
#include "torchscript/model_writer.h"

namespace vit_embed {

/// Exports as module/ does.
inline ModelMetadata export_snapshot(const Snapshot& snapshot, const std::filesystem::path& output) {
  WeightDigest digest = digest_weights(vit_parameters(snapshot.architecture), *snapshot.weights);
  ModelMetadata metadata;
  metadata.source = "a test";
  metadata.weights_sha256 = digest.sha256;
  metadata.architecture = snapshot.architecture;
  metadata.preprocessing = snapshot.preprocessing;
  metadata.tensors = digest.tensors;
  write_model_file(output, metadata, *snapshot.weights);
  return metadata;
}

/// A model of random weights, small enough for a test: 32x32 pixels, 5 tokens.
inline Architecture small_architecture() {
  Architecture a;
  a.hidden_size = 8;
  a.num_hidden_layers = 2;
  a.num_attention_heads = 2;
  a.intermediate_size = 16;
  a.image_size = {32, 32};
  return a;
}

inline Snapshot small_snapshot(const Architecture& architecture, std::uint64_t seed = 1) {
  Snapshot snapshot = random_snapshot({}, seed, [](LogLevel, std::string_view) {});
  snapshot.architecture = architecture;
  snapshot.preprocessing.image_size = architecture.image_size;
  return snapshot;
}

}  // namespace vit_embed
