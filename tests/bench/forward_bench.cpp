// Our forward as a peer of scripts/bench/forward.py. A request is a batch size; the answer has the seconds of
// one forward of so many images to [CLS], the same by kind of work, and the first image's [CLS].

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench_peer.h"
#include "encoder/native_encoder.h"
#include "encoder/native_forward.h"
#include "encoder/native_instruction_set.h"
#include "encoder/native_stored_weights.h"
#include "formats/precision.h"

namespace {

using nlohmann::ordered_json;
using vit_embed::ForwardTimes;

struct Options {
  vit_embed::PeerOptions peer;
  std::string precision = "fp32";
  std::string pixels;
};

/// float32, as they are in memory.
std::vector<float> read_floats(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot open " + path);
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  std::vector<float> values(bytes.size() / sizeof(float));
  bytes.copy(reinterpret_cast<char*>(values.data()), values.size() * sizeof(float));
  return values;
}

vit_embed::PackedModel pack(const Options& options) {
  const vit_embed::ModelMetadata metadata = vit_embed::read_model_metadata(options.peer.model);
  const vit_embed::StoredWeights weights(options.peer.model, metadata);
  return vit_embed::pack_model(metadata.architecture, *vit_embed::precision_from_string(options.precision),
                               weights, vit_embed::threads_of(options.peer));
}

ordered_json seconds_by_kind(const ForwardTimes& before, const ForwardTimes& after) {
  return {{"embeddings", after.embeddings - before.embeddings},
          {"norms", after.norms - before.norms},
          {"query_key_value", after.query_key_value - before.query_key_value},
          {"attention", after.attention - before.attention},
          {"attention_output", after.attention_output - before.attention_output},
          {"intermediate", after.intermediate - before.intermediate},
          {"output", after.output - before.output}};
}

/// What Encoder::encode() does for the cls feature, with the times that it does not show.
class Bench {
 public:
  explicit Bench(const Options& options)
      : model_(pack(options)),
        pixels_(read_floats(options.pixels)),
        images_at_once_(vit_embed::images_at_once(vit_embed::threads_of(options.peer))),
        forward_(model_, images_at_once_, vit_embed::threads_of(options.peer)) {}

  ordered_json run(std::size_t batch) {
    const std::size_t image_size = 3 * model_.architecture.image_size.num_pixels();
    if (batch < 1 || batch * image_size > pixels_.size()) throw std::runtime_error("no pixels for the batch");
    const ForwardTimes before = forward_.times();
    const auto start = std::chrono::steady_clock::now();
    std::vector<float> rows;
    for (std::size_t first = 0; first < batch; first += images_at_once_) {
      const std::size_t images = std::min(images_at_once_, batch - first);
      const std::span<const float> tokens = forward_.run(
          std::span(pixels_).subspan(first * image_size, images * image_size), images, /*cls_only=*/true);
      rows.insert(rows.end(), tokens.begin(), tokens.end());
    }
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    rows.resize(rows.size() / batch);
    return {{"seconds", taken.count()}, {"kinds", seconds_by_kind(before, forward_.times())}, {"cls", rows}};
  }

 private:
  vit_embed::PackedModel model_;
  std::vector<float> pixels_;
  std::size_t images_at_once_;
  vit_embed::NativeForward forward_;
};

void serve(const Options& options) {
  const vit_embed::InstructionSet isa = vit_embed::isa_of(options.peer);
  const std::string refusal =
      vit_embed::reason_against(*vit_embed::precision_from_string(options.precision), isa);
  if (!refusal.empty()) {
    vit_embed::say({{"refused", refusal}});
    return;
  }
  vit_embed::bound_instruction_set(isa);
  Bench bench(options);
  vit_embed::say({{"ready", true},
                  {"threads", vit_embed::threads_of(options.peer)},
                  {"isa", vit_embed::to_string(isa)},
                  {"onednn", vit_embed::onednn_version()}});
  for (std::string line; std::getline(std::cin, line);) vit_embed::say(bench.run(std::stoul(line)));
}

}  // namespace

int main(int argc, char** argv) try {
  Options options;
  CLI::App app("A peer of scripts/bench/forward.py");
  vit_embed::add_peer_options(app, options.peer);
  app.add_option("--precision", options.precision)->check(CLI::IsMember({"fp32", "bf16", "int8"}));
  app.add_option("--pixels", options.pixels, "float32 [images, 3, H, W]")->required();
  CLI11_PARSE(app, argc, argv);
  serve(options);
  return 0;
} catch (const std::exception& error) {
  fmt::print(stderr, "forward_bench: {}\n", error.what());
  return 1;
}
