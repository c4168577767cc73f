#include "encoder/native_product.h"

#include <fmt/format.h>

#include <algorithm>
#include <dnnl.hpp>
#include <map>
#include <utility>

#include "base/error.h"
#include "encoder/native_encoder.h"

namespace vit_embed {
namespace {

using dnnl::memory;
using Type = memory::data_type;
using Tag = memory::format_tag;

/// Columns of a chunk at most: products of more are no faster, and fewer mean more calls.
constexpr std::size_t kLargestChunk = 512;
/// Bytes of a chunk's weights at most, where they are short: so many stay in a core's second-level cache
/// beside the rows they meet, which AMX runs through fast enough to be held up by. Those of fp32 gain nothing
/// by it.
constexpr std::size_t kMostWeights = std::size_t{1} << 20;
/// There are so many chunks at least, to be shared out between threads, where they have so many columns.
constexpr std::size_t kFewestChunks = 4;
constexpr std::size_t kSmallestChunk = 64;
constexpr std::size_t kChunkUnit = 16;

dnnl::engine& cpu() {
  static dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

memory::dim dim(std::size_t size) {
  return static_cast<memory::dim>(size);
}

Type operand_type(Precision precision, bool weights) {
  switch (precision) {
    case Precision::bf16:
      return Type::bf16;
    case Precision::int8:
      return weights ? Type::s8 : Type::u8;
    case Precision::fp32:
      break;
  }
  return Type::f32;
}

/// Whether oneDNN writes a chunk's sums into y itself. Its products of bfloat16 are slow, and not AMX's in
/// version 2, where their results' rows do not stand right behind each other.
bool writes_into_y(Precision precision, const LinearShape& shape) {
  return precision == Precision::fp32 || (precision == Precision::bf16 && shape.y_stride == 0);
}

std::size_t y_stride_of(const LinearShape& shape, std::size_t chunk_size) {
  return shape.y_stride == 0 ? chunk_size : shape.y_stride;
}

std::size_t largest_chunk(Precision precision, std::size_t in) {
  if (precision == Precision::fp32) return kLargestChunk;
  const std::size_t bytes = precision == Precision::bf16 ? 2 : 1;
  return std::clamp(kMostWeights / (in * bytes), kSmallestChunk, kLargestChunk);
}

/// Equal chunks but for the last, of whole units. They follow from the layer alone, so that the results do.
std::size_t choose_chunk(Precision precision, const LinearShape& shape) {
  const std::size_t most =
      std::clamp(shape.out / kFewestChunks, kSmallestChunk, largest_chunk(precision, shape.in));
  const std::size_t chunks = (shape.out + most - 1) / most;
  const std::size_t even = (shape.out + chunks - 1) / chunks;
  return std::min(shape.out, (even + kChunkUnit - 1) / kChunkUnit * kChunkUnit);
}

std::size_t rounded_to_lines(std::size_t bytes) {
  constexpr std::size_t kLine = 64;
  return (bytes + kLine - 1) / kLine * kLine;
}

}  // namespace

/// oneDNN's products of one layer: by number of rows and of a chunk's columns.
class LinearKernels {
 public:
  struct Kernel {
    dnnl::matmul matmul;
    memory::desc x, y;
  };

  LinearKernels(Precision precision, const LinearShape& shape, std::span<const std::size_t> row_counts)
      : precision_(precision), shape_(shape), chunk_(choose_chunk(precision, shape)) {
    for (const std::size_t size : {chunk_, chunk_size(num_chunks() - 1)}) {
      for (const std::size_t rows : row_counts) add(rows, size);
    }
  }

  std::size_t num_chunks() const { return (shape_.out + chunk_ - 1) / chunk_; }
  std::size_t chunk_begin(std::size_t chunk) const { return chunk * chunk_; }
  std::size_t chunk_size(std::size_t chunk) const { return std::min(chunk_, shape_.out - chunk * chunk_); }
  std::size_t scratchpad_size() const { return scratchpad_size_; }

  const Kernel& kernel(std::size_t rows, std::size_t size) const { return kernels_.at({rows, size}); }
  /// The layout of a packed chunk of so many columns.
  const memory::desc& packed(std::size_t size) const { return packed_.at(size); }
  /// Bytes of a packed chunk.
  std::size_t packed_bytes() const { return rounded_to_lines(packed_.at(chunk_).get_size()); }

 private:
  void add(std::size_t rows, std::size_t size) {
    if (kernels_.contains({rows, size})) return;
    const bool int8 = precision_ == Precision::int8;
    const memory::desc x({dim(rows), dim(shape_.in)}, operand_type(precision_, false), Tag::ab);
    const memory::desc y(
        {dim(rows), dim(size)}, int8 ? Type::s32 : Type::f32,
        memory::dims{dim(writes_into_y(precision_, shape_) ? y_stride_of(shape_, size) : size), 1});
    const auto known = packed_.find(size);
    const memory::desc weights =
        known != packed_.end()
            ? known->second
            : memory::desc({dim(shape_.in), dim(size)}, operand_type(precision_, true), Tag::any);
    const memory::desc bias = int8 ? memory::desc() : memory::desc({1, dim(size)}, Type::f32, Tag::ab);
    const dnnl::matmul::primitive_desc description = describe(x, weights, bias, y);
    packed_.try_emplace(size, description.weights_desc());
    scratchpad_size_ = std::max(scratchpad_size_, description.scratchpad_desc().get_size());
    kernels_.emplace(std::pair(rows, size), Kernel{dnnl::matmul(description), x, y});
  }

  dnnl::matmul::primitive_desc describe(const memory::desc& x, const memory::desc& weights,
                                        const memory::desc& bias, const memory::desc& y) const {
    dnnl::primitive_attr attributes;
    // oneDNN's own scratchpad belongs to the thread that made the product.
    attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    if (shape_.accumulate && writes_into_y(precision_, shape_)) {
      dnnl::post_ops sum;
      sum.append_sum(1.0F);
      attributes.set_post_ops(sum);
    }
#if DNNL_VERSION_MAJOR >= 3
    return {cpu(), x, weights, bias, y, attributes};
#else
    return {dnnl::matmul::desc(x, weights, bias, y), attributes, cpu()};
#endif
  }

  Precision precision_;
  LinearShape shape_;
  std::size_t chunk_;
  std::map<std::pair<std::size_t, std::size_t>, Kernel> kernels_;
  std::map<std::size_t, memory::desc> packed_;
  std::size_t scratchpad_size_ = 0;
};

namespace {

/// [size, in] floats into oneDNN's layout for the chunk.
void reorder(const void* from, Type type, std::size_t in, std::size_t size, const memory::desc& to,
             std::byte* packed) {
  memory source({{dim(in), dim(size)}, type, Tag::ba}, cpu(), const_cast<void*>(from));
  memory target(to, cpu(), packed);
  dnnl::stream stream(cpu());
  dnnl::reorder(source, target).execute(stream, source, target);
  stream.wait();
}

}  // namespace

Linear::Linear(Precision precision, const LinearShape& shape, std::span<const std::size_t> row_counts,
               std::span<const float> weights, std::span<const float> bias)
    : shape_(shape), precision_(precision), bias_(bias.begin(), bias.end()) {
  try {
    kernels_ = std::make_unique<LinearKernels>(precision, shape, row_counts);
    bias_.resize(shape.out);
    packed_ = AlignedBytes(kernels_->num_chunks() * kernels_->packed_bytes());
    pack(weights);
  } catch (const dnnl::error& e) {
    throw FatalError(fmt::format("oneDNN {} has no {} product of {} x {}: {}", onednn_version(),
                                 to_string(precision), shape.in, shape.out, e.what()));
  }
}

Linear::Linear() = default;
Linear::Linear(Linear&&) noexcept = default;
Linear& Linear::operator=(Linear&&) noexcept = default;
Linear::~Linear() = default;

std::size_t Linear::num_chunks() const {
  return kernels_->num_chunks();
}

std::size_t Linear::chunk_begin(std::size_t chunk) const {
  return kernels_->chunk_begin(chunk);
}

std::size_t Linear::chunk_size(std::size_t chunk) const {
  return kernels_->chunk_size(chunk);
}

std::byte* Linear::packed_chunk(std::size_t chunk) const {
  return packed_.data() + chunk * kernels_->packed_bytes();
}

void Linear::pack(std::span<const float> weights) {
  const bool int8 = precision_ == Precision::int8;
  std::vector<std::int8_t> quantized;
  if (int8) {
    scales_.resize(shape_.out);
    sums_.resize(shape_.out);
    quantized.resize(chunk_size(0) * shape_.in);
  }
  for (std::size_t chunk = 0; chunk < num_chunks(); ++chunk) {
    const std::size_t begin = chunk_begin(chunk);
    const std::size_t size = chunk_size(chunk);
    for (std::size_t column = 0; int8 && column < size; ++column) {
      const WeightQuantization quantization =
          quantize_weights(weights.subspan((begin + column) * shape_.in, shape_.in),
                           std::span(quantized).subspan(column * shape_.in, shape_.in));
      scales_[begin + column] = quantization.scale;
      sums_[begin + column] = quantization.sum;
    }
    const void* values = int8 ? static_cast<const void*>(quantized.data())
                              : static_cast<const void*>(weights.data() + begin * shape_.in);
    reorder(values, int8 ? Type::s8 : Type::f32, shape_.in, size, kernels_->packed(size),
            packed_chunk(chunk));
  }
}

void Linear::multiply(std::size_t chunk, std::size_t rows, const ProductInput& x, float* y,
                      ProductScratch& scratch) const {
  const std::size_t begin = chunk_begin(chunk);
  const std::size_t size = chunk_size(chunk);
  const LinearKernels::Kernel& kernel = kernels_->kernel(rows, size);
  const bool direct = writes_into_y(precision_, shape_);
  float* to = shape_.y_stride == 0 ? y : y + begin;
  if (!direct) scratch.sums.reserve(rows * size * sizeof(float));
  scratch.library.reserve(kernels_->scratchpad_size());

  dnnl::stream stream(cpu());
  void* result = direct ? static_cast<void*>(to) : scratch.sums.data();
  std::unordered_map<int, memory> arguments{
      {DNNL_ARG_SRC, memory(kernel.x, cpu(), const_cast<void*>(x.values))},
      {DNNL_ARG_WEIGHTS, memory(kernels_->packed(size), cpu(), packed_chunk(chunk))},
      {DNNL_ARG_DST, memory(kernel.y, cpu(), result)},
      {DNNL_ARG_SCRATCHPAD,
       memory({{dim(kernels_->scratchpad_size())}, Type::u8, Tag::a}, cpu(), scratch.library.data())}};
  if (precision_ != Precision::int8) {
    arguments.emplace(DNNL_ARG_BIAS, memory({{1, dim(size)}, Type::f32, Tag::ab}, cpu(),
                                            const_cast<float*>(bias_.data() + begin)));
  }
  kernel.matmul.execute(stream, arguments);
  stream.wait();
  if (direct) return;
  for (std::size_t row = 0; row < rows; ++row) {
    finish_row(begin, size, row, x, scratch.sums, to + row * y_stride_of(shape_, size));
  }
}

/// A row of a chunk's sums into y.
void Linear::finish_row(std::size_t begin, std::size_t size, std::size_t row, const ProductInput& x,
                        const AlignedBytes& sums, float* y) const {
  const std::span to(y, size);
  if (precision_ == Precision::bf16) {
    const std::span values(sums.as<const float>() + row * size, size);
    if (shape_.accumulate) {
      add(values, to);
    } else {
      std::copy(values.begin(), values.end(), y);
    }
    return;
  }
  const std::span values(sums.as<const std::int32_t>() + row * size, size);
  const ColumnQuantization columns{std::span(scales_).subspan(begin, size),
                                   std::span(sums_).subspan(begin, size),
                                   std::span(bias_).subspan(begin, size)};
  if (shape_.accumulate) {
    add_dequantized(values, x.rows[row], columns, to);
  } else {
    dequantize(values, x.rows[row], columns, to);
  }
}

std::string onednn_version() {
  const dnnl_version_t* version = dnnl_version();
  return fmt::format("{}.{}.{}", version->major, version->minor, version->patch);
}

}  // namespace vit_embed
