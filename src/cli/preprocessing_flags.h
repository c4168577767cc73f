#pragma once

#include <filesystem>
#include <string>

#include "runtime/runtime.h"

namespace CLI {
class App;
}

namespace vit_embed {

/// --image-size, --resample, --mean, --std and --processor as typed; "" where they were not.
struct PreprocessingFlags {
  std::filesystem::path processor;
  std::string image_size;
  std::string resample;
  std::string mean;
  std::string std;
};

/// For the model of a command that runs foreign TorchScript. `flags` must outlive the parsing.
void add_preprocessing_flags(CLI::App& command, PreprocessingFlags& flags);

/// Throws UsageError naming the flag.
PreprocessingOptions make_preprocessing_options(const PreprocessingFlags& flags);

/// Of an --image-size: "N" or "HEIGHTxWIDTH", each at most 8192; nothing for "". Throws UsageError.
std::optional<ImageSize> image_size_of_flag(const std::string& text);

}  // namespace vit_embed
