#include "hub/weight_digest.h"

#include <algorithm>
#include <string_view>

#include "formats/digest.h"

namespace vit_embed {

WeightDigest digest_weights(std::vector<Parameter> parameters, const WeightSource& weights) {
  std::sort(parameters.begin(), parameters.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  Sha256 sha256;
  WeightDigest digest;
  for (const Parameter& parameter : parameters) {
    const Weights read = weights.read(parameter);
    const std::span<const std::byte> bytes = std::as_bytes(read.values);
    sha256.update(parameter.name);
    sha256.update(std::string_view("\0", 1));
    sha256.update(bytes);
    digest.tensors.push_back({parameter.name, parameter.shape, xxh3_hex(bytes)});
  }
  digest.sha256 = sha256.hex_digest();
  return digest;
}

}  // namespace vit_embed
