#include "image/normalization_table.h"

#include <cstddef>

namespace vit_embed {

NormalizationTable normalization_table(const Preprocessing& preprocessing) {
  NormalizationTable table{};
  for (std::size_t channel = 0; channel < table.size(); ++channel) {
    const float mean = static_cast<float>(preprocessing.image_mean[channel]);
    const float std = static_cast<float>(preprocessing.image_std[channel]);
    for (std::size_t sample = 0; sample < table[channel].size(); ++sample) {
      const float rescaled = static_cast<float>(static_cast<double>(sample) * preprocessing.rescale_factor);
      table[channel][sample] = (rescaled - mean) / std;
    }
  }
  return table;
}

}  // namespace vit_embed
