#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace vit_embed {

// The file of --config is TOML: a table for each command, and in it a value for each flag.
//
//     [sync]                        # a comment
//     store = "/srv/store"
//     batch-size = 8
//     l2-normalize = true
//     exclude = ["thumbs", '*.gif']
//
// It is read by toml++: CLI11's own reader cuts a value at a # within quotes, passes over lines of one or two
// letters, tells no line, and reads differently from version to version.

struct ConfigSetting {
  std::string section;
  std::string key;
  std::vector<std::string> values;
  bool is_list = false;
  std::size_t line = 0;  ///< from 1
};

/// In the order of the file; numbers and truths as they are typed on the command line. Throws UsageError,
/// with the line, where it is none.
std::vector<ConfigSetting> parse_config(std::string_view text);

}  // namespace vit_embed
