#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vit_embed {

/// What the command that is run has from the file of --config.
struct FlagsFromConfig {
  std::string file;
  std::vector<std::pair<std::string, std::size_t>> lines;  ///< "--format" and where it stands

  /// For the end of an error's message: " (--format is from 'x.toml', line 3)" of the flags that it names; ""
  /// where there are none.
  std::string where(std::string_view message) const;
};

}  // namespace vit_embed
