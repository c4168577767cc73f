#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace vit_embed {

enum class OutputFormat { npy, csv, jsonl };

std::string_view to_string(OutputFormat format);
std::optional<OutputFormat> output_format_from_string(std::string_view text);
/// By the extension.
std::optional<OutputFormat> output_format_of(const std::filesystem::path& path);

}  // namespace vit_embed
