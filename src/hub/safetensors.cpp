#include "hub/safetensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "formats/bounded_json.h"

namespace vit_embed {
namespace {

using nlohmann::json;

constexpr std::size_t kLengthSize = 8;
constexpr std::uint64_t kLargestHeader = 100'000'000;  // the reference implementation's limit

constexpr std::array<std::pair<std::string_view, std::uint64_t>, 15> kElementSizes{{{"F64", 8},
                                                                                    {"F32", 4},
                                                                                    {"F16", 2},
                                                                                    {"BF16", 2},
                                                                                    {"I64", 8},
                                                                                    {"I32", 4},
                                                                                    {"I16", 2},
                                                                                    {"I8", 1},
                                                                                    {"U64", 8},
                                                                                    {"U32", 4},
                                                                                    {"U16", 2},
                                                                                    {"U8", 1},
                                                                                    {"BOOL", 1},
                                                                                    {"F8_E4M3", 1},
                                                                                    {"F8_E5M2", 1}}};

/// The reason alone; the caller adds the file.
[[noreturn]] void refuse(const std::string& reason) {
  throw FatalError(reason);
}

std::string_view header_text(std::span<const std::byte> bytes) {
  if (bytes.size() < kLengthSize) refuse("shorter than a header");
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < kLengthSize; ++i) length |= std::to_integer<std::uint64_t>(bytes[i]) << (8 * i);
  if (length > kLargestHeader) refuse(fmt::format("its header would have {} bytes", length));
  if (length > bytes.size() - kLengthSize) refuse("truncated in its header");
  return {reinterpret_cast<const char*>(bytes.data()) + kLengthSize, length};
}

json parse_header(std::string_view text) {
  std::set<std::string> names;
  const auto check_name = [&](int depth, json::parse_event_t event, json& parsed) {
    refuse_deep_json(depth, event, parsed);
    if (event == json::parse_event_t::key && depth == 1 && !names.insert(parsed.get<std::string>()).second) {
      refuse(fmt::format("tensor '{}' is in its header twice", parsed.get<std::string>()));
    }
    return true;
  };
  json header = json::parse(text, check_name, /*allow_exceptions=*/false);
  if (!header.is_object()) refuse("its header is not a JSON object");
  return header;
}

std::vector<std::uint64_t> read_numbers(const std::string& name, const json& description, const char* key) {
  const auto list = description.find(key);
  const bool valid =
      list != description.end() && list->is_array() &&
      std::all_of(list->begin(), list->end(), [](const json& n) { return n.is_number_unsigned(); });
  if (!valid) refuse(fmt::format("tensor '{}' has no valid {}", name, key));
  return list->get<std::vector<std::uint64_t>>();
}

std::uint64_t element_size(const std::string& name, const std::string& dtype) {
  for (const auto& [known, size] : kElementSizes) {
    if (dtype == known) return size;
  }
  refuse(fmt::format("tensor '{}' has the unknown dtype '{}'", name, dtype));
}

/// Throws where the product does not fit; every dimension fits an int64 then, an empty tensor's too.
std::uint64_t byte_length(const std::string& name, std::uint64_t element,
                          const std::vector<std::uint64_t>& shape) {
  std::uint64_t length = element;
  for (const std::uint64_t size : shape) {
    if (size > std::numeric_limits<std::int64_t>::max() || __builtin_mul_overflow(length, size, &length)) {
      refuse(fmt::format("tensor '{}' has an impossible shape", name));
    }
  }
  return length;
}

SafetensorsEntry read_entry(const std::string& name, const json& description,
                            std::span<const std::byte> data) {
  if (!description.is_object()) refuse(fmt::format("tensor '{}' is not described by an object", name));
  const auto dtype = description.find("dtype");
  if (dtype == description.end() || !dtype->is_string())
    refuse(fmt::format("tensor '{}' has no dtype", name));

  SafetensorsEntry entry;
  entry.dtype = dtype->get<std::string>();
  const auto shape = read_numbers(name, description, "shape");
  const auto offsets = read_numbers(name, description, "data_offsets");
  if (offsets.size() != 2 || offsets[0] > offsets[1])
    refuse(fmt::format("tensor '{}' has no valid data_offsets", name));
  if (offsets[1] > data.size()) {
    refuse(
        fmt::format("truncated: tensor '{}' ends {} bytes behind the file", name, offsets[1] - data.size()));
  }
  const std::uint64_t length = byte_length(name, element_size(name, entry.dtype), shape);
  if (length != offsets[1] - offsets[0]) {
    refuse(fmt::format("tensor '{}' has {} bytes where its dtype and shape say {}", name,
                       offsets[1] - offsets[0], length));
  }
  entry.shape.assign(shape.begin(), shape.end());
  entry.bytes = data.subspan(offsets[0], length);
  return entry;
}

void check_layout(const std::map<std::string, SafetensorsEntry>& entries, std::span<const std::byte> data) {
  using Range = std::pair<const std::byte*, const std::byte*>;
  std::vector<std::pair<Range, const std::string*>> ranges;
  for (const auto& [name, entry] : entries) {
    ranges.push_back({{entry.bytes.data(), entry.bytes.data() + entry.bytes.size()}, &name});
  }
  std::sort(ranges.begin(), ranges.end());
  const std::byte* end = data.data();
  for (const auto& [range, name] : ranges) {
    if (range.first < end) refuse(fmt::format("tensor '{}' overlaps another", *name));
    if (range.first > end) refuse(fmt::format("there is a hole before tensor '{}'", *name));
    end = range.second;
  }
  if (end != data.data() + data.size()) refuse("there are bytes behind its last tensor");
}

std::map<std::string, SafetensorsEntry> read_entries(std::span<const std::byte> bytes) {
  const std::string_view text = header_text(bytes);
  const json header = parse_header(text);
  const std::span<const std::byte> data = bytes.subspan(kLengthSize + text.size());
  std::map<std::string, SafetensorsEntry> entries;
  for (const auto& [name, description] : header.items()) {
    if (name != "__metadata__") entries.emplace(name, read_entry(name, description, data));
  }
  check_layout(entries, data);
  return entries;
}

}  // namespace

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path)
    : file_(std::make_shared<const MappedFile>(path)) {
  try {
    entries_ = read_entries(file_->bytes());
  } catch (const FatalError& e) {
    throw FatalError(fmt::format("'{}' is not a valid safetensors file: {}", path.native(), e.what()));
  }
}

}  // namespace vit_embed
