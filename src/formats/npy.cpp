#include "formats/npy.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <regex>

#include "base/error.h"
#include "base/file_descriptor.h"

namespace vit_embed {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";

std::vector<std::uint64_t> parse_shape(const std::string& text) {
  std::vector<std::uint64_t> shape;
  const std::regex number("[0-9]+");
  for (auto it = std::sregex_iterator(text.begin(), text.end(), number); it != std::sregex_iterator(); ++it) {
    const std::string digits = it->str();
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{}) throw FatalError("a dimension is too large");
    shape.push_back(value);
  }
  return shape;
}

void parse_dict(const std::string& dict, NpyDescription& description) {
  std::smatch match;
  if (!std::regex_search(dict, match, std::regex(R"('descr'\s*:\s*'([^']*)')"))) throw FatalError("no descr");
  description.descr = match[1];
  if (!std::regex_search(dict, match, std::regex(R"('fortran_order'\s*:\s*(True|False))"))) {
    throw FatalError("no fortran_order");
  }
  description.fortran_order = match[1] == "True";
  if (!std::regex_search(dict, match, std::regex(R"('shape'\s*:\s*\(([0-9, ]*)\))")))
    throw FatalError("no shape");
  description.shape = parse_shape(match[1]);
}

NpyDescription parse(FileDescriptor& file) {
  std::string start(12, '\0');
  const std::size_t got = file.read_some(std::as_writable_bytes(std::span(start)));
  if (got < start.size() || !start.starts_with(kMagic)) throw FatalError("not an .npy file");
  const auto byte = [&start](std::size_t i) {
    return static_cast<std::uint64_t>(static_cast<unsigned char>(start[i]));
  };
  const std::uint64_t version = byte(6);
  if (version != 1 && version != 2)
    throw FatalError(fmt::format("unknown version {} of the .npy format", version));
  NpyDescription description;
  description.file_size = file.size();
  const std::uint64_t prefix = version == 1 ? 10 : 12;
  const std::uint64_t length = byte(8) | byte(9) << 8 | (version == 2 ? byte(10) << 16 | byte(11) << 24 : 0);
  description.header_length = prefix + length;
  if (description.header_length > description.file_size || length > (1u << 20))
    throw FatalError("its header is cut");
  std::string dict(length, '\0');
  file.seek(prefix);
  if (file.read_some(std::as_writable_bytes(std::span(dict))) < length) throw FatalError("its header is cut");
  parse_dict(dict, description);
  return description;
}

}  // namespace

std::string npy_header(ElementType type, const std::vector<std::uint64_t>& shape) {
  constexpr std::size_t kPrefix = 10;
  std::string dict = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}",
                                 type == ElementType::float32 ? "<f4" : "<f2", fmt::join(shape, ", "),
                                 shape.size() == 1 ? "," : "");
  dict.resize(kNpyHeaderLength - kPrefix, ' ');
  dict.back() = '\n';
  std::string header(kMagic);
  header += '\x01';
  header += '\x00';
  header += static_cast<char>(dict.size() & 0xff);
  header += static_cast<char>(dict.size() >> 8);
  return header + dict;
}

bool NpyDescription::is_complete() const {
  if (descr.size() < 3 || descr.find_first_not_of("0123456789", 2) != std::string::npos) return true;
  std::uint64_t bytes = static_cast<std::uint64_t>(std::stoul(descr.substr(2)));
  for (const std::uint64_t dimension : shape) {
    if (__builtin_mul_overflow(bytes, dimension, &bytes)) return false;
  }
  return file_size - header_length == bytes;
}

NpyDescription read_npy_header(const std::filesystem::path& path) {
  FileDescriptor file = FileDescriptor::open(path, O_RDONLY);
  try {
    return parse(file);
  } catch (const FatalError& e) {
    throw FatalError(fmt::format("'{}': {}", path.native(), e.what()));
  }
}

}  // namespace vit_embed
