#include "output/output_format.h"

namespace vit_embed {

std::string_view to_string(OutputFormat format) {
  switch (format) {
    case OutputFormat::npy:
      return "npy";
    case OutputFormat::csv:
      return "csv";
    case OutputFormat::jsonl:
      return "jsonl";
  }
  return {};
}

std::optional<OutputFormat> output_format_from_string(std::string_view text) {
  for (const OutputFormat format : {OutputFormat::npy, OutputFormat::csv, OutputFormat::jsonl}) {
    if (text == to_string(format)) return format;
  }
  return std::nullopt;
}

std::optional<OutputFormat> output_format_of(const std::filesystem::path& path) {
  const std::string extension = path.extension().native();
  return extension.empty() ? std::nullopt : output_format_from_string(std::string_view(extension).substr(1));
}

}  // namespace vit_embed
