#include "hub/position_embeddings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "vit/architecture.h"

namespace vit_embed {
namespace {

constexpr std::string_view kPositionEmbeddings = "embeddings.position_embeddings";

/// The four source positions that one target position is made of, and their weights.
struct Taps {
  std::array<std::size_t, 4> positions;
  std::array<float, 4> weights;
};

/// Keys' cubic convolution kernel at distance `x`, with PyTorch's a.
float cubic_kernel(float x) {
  constexpr float a = -0.75F;
  x = std::abs(x);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
}

std::vector<Taps> make_taps(int from, int to) {
  const float scale = static_cast<float>(from) / static_cast<float>(to);
  std::vector<Taps> taps(static_cast<std::size_t>(to));
  for (int target = 0; target < to; ++target) {
    const float center = scale * (static_cast<float>(target) + 0.5F) - 0.5F;
    const int first = static_cast<int>(std::floor(center)) - 1;
    Taps& t = taps[static_cast<std::size_t>(target)];
    for (int i = 0; i < 4; ++i) {
      t.positions[i] = static_cast<std::size_t>(std::clamp(first + i, 0, from - 1));
      t.weights[i] = cubic_kernel(center - static_cast<float>(first + i));
    }
  }
  return taps;
}

/// `target` += weight * `source`, hidden_size numbers.
void add_scaled(std::span<float> target, std::span<const float> source, float weight) {
  for (std::size_t i = 0; i < target.size(); ++i) target[i] += weight * source[i];
}

class ResizedPositions : public WeightSource {
 public:
  ResizedPositions(std::unique_ptr<const WeightSource> source, const Architecture& from,
                   const Architecture& to)
      : source_(std::move(source)), from_(from), to_(to) {}

  Weights read(const Parameter& parameter) const override {
    if (parameter.name != kPositionEmbeddings) return source_->read(parameter);
    const auto hidden_size = static_cast<std::size_t>(from_.hidden_size);
    Parameter original = parameter;
    original.shape[1] = from_.num_tokens();
    const Weights read = source_->read(original);
    const std::vector<float> patches = interpolate_bicubic(read.values.subspan(hidden_size),
                                                           from_.patch_grid(), to_.patch_grid(), hidden_size);
    const auto values =
        std::make_shared<std::vector<float>>(read.values.begin(), read.values.begin() + hidden_size);
    values->insert(values->end(), patches.begin(), patches.end());
    return {*values, values};
  }

 private:
  std::unique_ptr<const WeightSource> source_;
  Architecture from_;
  Architecture to_;
};

}  // namespace

std::vector<float> interpolate_bicubic(std::span<const float> values, ImageSize from, ImageSize to,
                                       std::size_t hidden_size) {
  const std::vector<Taps> columns = make_taps(from.width, to.width);
  const std::vector<Taps> rows = make_taps(from.height, to.height);
  const auto source_width = static_cast<std::size_t>(from.width);
  std::vector<float> result(rows.size() * columns.size() * hidden_size);
  std::vector<float> in_row(hidden_size);
  for (std::size_t y = 0; y < rows.size(); ++y) {
    for (std::size_t x = 0; x < columns.size(); ++x) {
      const auto target = std::span(result).subspan((y * columns.size() + x) * hidden_size, hidden_size);
      for (std::size_t i = 0; i < 4; ++i) {
        std::fill(in_row.begin(), in_row.end(), 0.0F);
        for (std::size_t j = 0; j < 4; ++j) {
          const std::size_t position = rows[y].positions[i] * source_width + columns[x].positions[j];
          add_scaled(in_row, values.subspan(position * hidden_size, hidden_size), columns[x].weights[j]);
        }
        add_scaled(target, in_row, rows[y].weights[i]);
      }
    }
  }
  return result;
}

void settle_image_size(Snapshot& snapshot, std::optional<ImageSize> image_size) {
  if (!image_size) {
    if (snapshot.preprocessing.image_size == snapshot.architecture.image_size) return;
    throw FatalError(fmt::format(
        "preprocessor_config.json's size is {}, but config.json's image_size is {}: --image-size says which",
        to_string(snapshot.preprocessing.image_size), to_string(snapshot.architecture.image_size)));
  }
  Architecture resized = snapshot.architecture;
  resized.image_size = *image_size;
  validate_architecture(resized);
  if (resized.patch_grid() != snapshot.architecture.patch_grid()) {
    snapshot.weights =
        std::make_unique<ResizedPositions>(std::move(snapshot.weights), snapshot.architecture, resized);
  }
  snapshot.architecture = resized;
  snapshot.preprocessing.image_size = *image_size;
}

}  // namespace vit_embed
