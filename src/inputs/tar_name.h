#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vit_embed {

/// Whether a name says, in either case, that it is a tar: .tar, or .tar.gz, .tgz and so on.
bool is_tar_name(std::string_view name);

/// The names that a WebDataset range stands for, {000000..000099}, in its order and padded as Bash does:
/// to the longer end where an end starts with a zero. Of several ranges the last counts fastest; other braces
/// stay as they are. Throws UsageError where they are more than kLargestRange.
std::vector<std::string> expand_ranges(const std::string& name);

inline constexpr std::size_t kLargestRange = 1'000'000;

/// What WebDataset calls the key: the members of a sample share their path up to the first dot of the name.
std::string_view sample_key(std::string_view member);

/// What stands behind the key and its dot.
std::string_view sample_field(std::string_view member);

}  // namespace vit_embed
