#include "output/output_spec.h"

namespace vit_embed {

std::uint64_t FeatureSpec::row_size() const {
  std::uint64_t size = 1;
  for (const std::uint64_t dimension : row_shape) size *= dimension;
  return size;
}

std::vector<std::uint64_t> FeatureSpec::shape(std::uint64_t rows) const {
  std::vector<std::uint64_t> shape{rows};
  shape.insert(shape.end(), row_shape.begin(), row_shape.end());
  return shape;
}

double estimated_size(const OutputSpec& spec, std::uint64_t rows) {
  constexpr double kTextNumber = 12.5;  // a float32 as the shortest decimal, and its comma
  constexpr double kName = 128;
  double row = kName;
  for (const FeatureSpec& feature : spec.features) {
    const auto binary = static_cast<double>(element_size(feature.fingerprint.dtype));
    row +=
        (spec.format == OutputFormat::npy ? binary : kTextNumber) * static_cast<double>(feature.row_size());
  }
  return row * static_cast<double>(rows);
}

std::filesystem::path output_path(const std::filesystem::path& path, Feature feature, bool several) {
  if (!several) return path;
  std::filesystem::path result = path;
  result.replace_extension(std::string(to_string(feature)) + path.extension().native());
  return result;
}

OutputFiles published_files(const std::filesystem::path& output) {
  const std::string& name = output.native();
  return {output, name + ".index.csv", name + ".failures.csv", name + ".inputs.csv", name + ".meta.json"};
}

std::filesystem::path partial_directory(const std::filesystem::path& path) {
  return path.native() + ".partial";
}

}  // namespace vit_embed
