// What the machine could do, as a peer of scripts/bench/forward.py: oneDNN's products at the model's shapes,
// each a whole one on all threads, its weights packed and used again and again. A request is a precision and
// a batch size; the answer has GFLOP/s by shape, and the seconds that a forward of the batch would take at
// these rates, if it were nothing but its products, attention's at fp32's rate.

#include <fmt/format.h>
#include <omp.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstddef>
#include <dnnl.hpp>
#include <exception>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "bench_peer.h"
#include "encoder/native_encoder.h"
#include "encoder/native_instruction_set.h"
#include "formats/model_metadata.h"
#include "formats/precision.h"

namespace {

using dnnl::memory;
using nlohmann::ordered_json;
using vit_embed::Architecture;
using vit_embed::Precision;
using Type = memory::data_type;
using Tag = memory::format_tag;

constexpr double kSecondsOfAMeasurement = 0.1;
constexpr int kFewestProducts = 3;

dnnl::engine& cpu() {
  static dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

/// Of one image, so that [CLS] comes out: the last layer needs the other tokens for its keys and values only.
struct Work {
  memory::dim in = 0, out = 0;
  double multiplications = 0;
};

std::vector<Work> products_of(const Architecture& a) {
  const double tokens = a.num_tokens();
  const double rows = tokens * (a.num_hidden_layers - 1) + 1;  // of all layers
  const auto work = [](int in, int out, double of_rows) { return Work{in, out, of_rows * in * out}; };
  const double key_value_rows = tokens * a.num_hidden_layers;
  return {work(a.hidden_size, 3 * a.hidden_size, (rows + 2 * key_value_rows) / 3),
          work(a.hidden_size, a.hidden_size, rows), work(a.hidden_size, a.intermediate_size, rows),
          work(a.intermediate_size, a.hidden_size, rows)};
}

/// Scores and contexts, and the patches' projection, which is fp32 in any precision.
double other_multiplications(const Architecture& a) {
  const double tokens = a.num_tokens();
  const double rows = tokens * (a.num_hidden_layers - 1) + 1;
  const double patch = double{3} * a.patch_size * a.patch_size;
  return 2 * rows * tokens * a.hidden_size + patch * a.num_patches() * a.hidden_size;
}

struct Types {
  Type x, weights, y;
};

Types types_of(Precision precision) {
  switch (precision) {
    case Precision::bf16:
      return {Type::bf16, Type::bf16, Type::f32};
    case Precision::int8:
      return {Type::u8, Type::s8, Type::s32};
    case Precision::fp32:
      break;
  }
  return {Type::f32, Type::f32, Type::f32};
}

/// Made-up numbers in the layout and the type that are asked for: nothing that is slow for being denormal.
memory filled(dnnl::stream& stream, const memory::desc& layout, memory::dim rows, memory::dim columns) {
  memory plain({{rows, columns}, Type::f32, Tag::ab}, cpu());
  auto* values = static_cast<float*>(plain.get_data_handle());
  for (memory::dim i = 0; i < rows * columns; ++i) values[i] = static_cast<float>(i * 37 % 113);
  memory result(layout, cpu());
  dnnl::reorder(plain, result).execute(stream, plain, result);
  stream.wait();
  return result;
}

class Product {
 public:
  Product(Precision precision, memory::dim rows, memory::dim in, memory::dim out) : stream_(cpu()) {
    const Types types = types_of(precision);
    const memory::desc x({rows, in}, types.x, Tag::ab);
    const memory::desc weights({in, out}, types.weights, Tag::any);
    const memory::desc y({rows, out}, types.y, Tag::ab);
#if DNNL_VERSION_MAJOR >= 3
    const dnnl::matmul::primitive_desc description(cpu(), x, weights, y);
#else
    const dnnl::matmul::primitive_desc description(dnnl::matmul::desc(x, weights, y), cpu());
#endif
    matmul_ = dnnl::matmul(description);
    arguments_.emplace(DNNL_ARG_SRC, filled(stream_, x, rows, in));
    arguments_.emplace(DNNL_ARG_WEIGHTS, filled(stream_, description.weights_desc(), in, out));
    arguments_.emplace(DNNL_ARG_DST, memory(y, cpu()));
    run();  // the first one makes the code and touches the memory
  }

  /// Of one product: the mean, as a forward's time is a sum of many.
  double seconds() {
    const auto start = std::chrono::steady_clock::now();
    std::chrono::duration<double> taken{};
    int products = 0;
    while (products < kFewestProducts || taken.count() < kSecondsOfAMeasurement) {
      run();
      ++products;
      taken = std::chrono::steady_clock::now() - start;
    }
    return taken.count() / products;
  }

 private:
  void run() {
    matmul_.execute(stream_, arguments_);
    stream_.wait();
  }

  dnnl::stream stream_;
  dnnl::matmul matmul_;
  std::unordered_map<int, memory> arguments_;
};

/// Multiplications a second.
double rate(Precision precision, memory::dim rows, memory::dim in, memory::dim out) {
  const double multiplications = static_cast<double>(rows) * static_cast<double>(in * out);
  return multiplications / Product(precision, rows, in, out).seconds();
}

ordered_json measure(const Architecture& a, Precision precision, int batch) {
  const memory::dim rows = memory::dim{batch} * a.num_tokens();
  const double others = other_multiplications(a);
  double seconds = others / rate(Precision::fp32, rows, a.hidden_size, a.hidden_size);
  double multiplications = others;
  ordered_json rates = ordered_json::object();
  for (const Work& work : products_of(a)) {
    const double of_shape = rate(precision, rows, work.in, work.out);
    rates[fmt::format("{}x{}", work.in, work.out)] = 2e-9 * of_shape;
    seconds += work.multiplications / of_shape;
    multiplications += work.multiplications;
  }
  return {{"seconds", batch * seconds}, {"gflop", 2e-9 * batch * multiplications}, {"gflop_per_s", rates}};
}

void serve(const vit_embed::PeerOptions& options) {
  const vit_embed::InstructionSet isa = vit_embed::isa_of(options);
  vit_embed::bound_instruction_set(isa);
  omp_set_num_threads(vit_embed::threads_of(options));  // oneDNN's
  const Architecture architecture = vit_embed::read_model_metadata(options.model).architecture;
  vit_embed::say({{"ready", true}, {"onednn", vit_embed::onednn_version()}});
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string precision;
    int batch = 0;
    words >> precision >> batch;
    const auto known = vit_embed::precision_from_string(precision);
    if (!known || batch < 1) throw std::runtime_error("a request is a precision and a batch size");
    vit_embed::say(measure(architecture, *known, batch));
  }
}

}  // namespace

int main(int argc, char** argv) try {
  vit_embed::PeerOptions options;
  CLI::App app("A peer of scripts/bench/forward.py");
  vit_embed::add_peer_options(app, options);
  CLI11_PARSE(app, argc, argv);
  serve(options);
  return 0;
} catch (const std::exception& error) {
  fmt::print(stderr, "ceiling_bench: {}\n", error.what());
  return 1;
}
