#include "module/settle_preprocessing.h"

#include "hub/processor_config.h"

namespace vit_embed {

Preprocessing settle_preprocessing(const PreprocessingOptions& options) {
  Preprocessing p;
  if (!options.processor_config.empty()) p = read_processor_config(options.processor_config);
  p.image_size = options.image_size.value_or(p.image_size);
  p.resample = options.resample.value_or(p.resample);
  p.image_mean = options.image_mean.value_or(p.image_mean);
  p.image_std = options.image_std.value_or(p.image_std);
  return p;
}

}  // namespace vit_embed
