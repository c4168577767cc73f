#include "cli/row_flags.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <optional>
#include <set>

#include "base/error.h"

namespace vit_embed {

void add_row_flags(CLI::App& command, RowFlags& flags, FeatureCount count) {
  const bool several = count == FeatureCount::several;
  CLI::Option* feature =
      command
          .add_option("--feature", flags.features,
                      several ? "cls, pooler, mean or tokens; several, with commas, go to a file each"
                              : "cls, pooler or mean")
          ->check(CLI::IsMember(several ? std::vector<std::string>{"cls", "pooler", "mean", "tokens"}
                                        : std::vector<std::string>{"cls", "pooler", "mean"}))
          ->capture_default_str()
          ->delimiter(',')
          ->allow_extra_args(false)
          ->group("Output");
  if (!several) feature->expected(1);
  command.add_flag("--l2-normalize", flags.l2_normalize, "Scale each embedding to length 1")->group("Output");
  command.add_option("--dtype", flags.dtype, "Numbers as float32 or float16")
      ->capture_default_str()
      ->check(CLI::IsMember({"float32", "float16"}))
      ->group("Output");
}

void apply_row_flags(const RowFlags& flags, EmbeddingOptions& options) {
  options.features.clear();
  for (const std::string& name : flags.features) options.features.push_back(*feature_from_string(name));
  if (std::set(options.features.begin(), options.features.end()).size() != options.features.size()) {
    throw UsageError("--feature: each feature once");
  }
  options.l2_normalize = flags.l2_normalize;
  options.dtype = *element_type_from_string(flags.dtype);
}

}  // namespace vit_embed
