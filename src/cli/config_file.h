#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace vit_embed {

// The file of --config, a small part of TOML: a section for each command, and in it a line for each flag.
//
//     [sync]                        # a comment
//     store = "/srv/store"
//     batch-size = 8
//     l2-normalize = true
//     exclude = ["thumbs", '*.gif']
//
// Values stand in double quotes (with \" \\ \n and \t), in single quotes, which take all as it is, or bare
// where they have no spaces and none of "'[],=#. A list may go over several lines.
//
// CLI11 has a reader of its own: it cuts a value at a # within quotes, passes over lines of one or two
// letters, tells no line, and reads differently from version to version.

struct ConfigSetting {
  std::string section;
  std::string key;
  std::vector<std::string> values;
  bool is_list = false;
  std::size_t line = 0;  ///< from 1
};

/// In the order of the file. Throws UsageError, with the line, where it is none, or says something twice.
std::vector<ConfigSetting> parse_config(std::string_view text);

}  // namespace vit_embed
