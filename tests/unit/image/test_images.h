#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "formats/decode_options.h"
#include "image/rgb_image.h"

namespace vit_embed::test {

std::filesystem::path data_path(const std::string& relative);
/// Of tests/data/corpus, as the build unpacks it.
std::filesystem::path corpus_path(const std::string& name);
std::vector<std::byte> read_file(const std::filesystem::path& path);
std::vector<std::byte> bytes_of(std::string_view text);

/// The lines of a text file that are no comments.
std::vector<std::string> read_lines(const std::filesystem::path& path);

RgbImage read_rgb_png(const std::filesystem::path& path);

/// SHA-256 of the pixels.
std::string pixel_digest(const RgbImage& image);
/// The largest difference of two samples; 256 where the sizes differ.
int max_difference(const RgbImage& a, const RgbImage& b);

/// The reason of the InputError that decoding throws; "" where it throws none.
std::string decode_failure(const std::vector<std::byte>& encoded, const DecodeOptions& options = {});

}  // namespace vit_embed::test
