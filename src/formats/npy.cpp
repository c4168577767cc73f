#include "formats/npy.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "base/file_descriptor.h"

namespace vit_embed {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";

/// Takes tokens off the front of the dict: a Python literal, as NumPy writes it.
class DictReader {
 public:
  explicit DictReader(std::string_view dict) : dict_(dict) {}

  /// Goes to the value of a key.
  DictReader& at(std::string_view key) {
    rest_ = dict_;
    const std::size_t found = rest_.find(fmt::format("'{}'", key));
    if (found != std::string_view::npos) {
      rest_.remove_prefix(found + key.size() + 2);
      if (take(":")) return *this;
    }
    throw FatalError(fmt::format("no {} in its header", key));
  }

  /// Takes `token` where it is next, after spaces.
  bool take(std::string_view token) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\n"), rest_.size()));
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  std::optional<std::uint64_t> take_number() {
    take("");
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error == std::errc::result_out_of_range) throw FatalError("a dimension is too large");
    if (error != std::errc{}) return std::nullopt;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    take("L");  // Python 2's
    return value;
  }

  /// What stands before `end`, which is taken too.
  std::string take_until(std::string_view end) {
    const std::size_t length = rest_.find(end);
    if (length == std::string_view::npos) throw FatalError("its header is not as NumPy writes it");
    const std::string text(rest_.substr(0, length));
    rest_.remove_prefix(length + end.size());
    return text;
  }

 private:
  std::string_view dict_;
  std::string_view rest_;
};

/// A string such as '<f4', or for records a list of pairs, which is kept as it stands.
std::string parse_descr(DictReader& reader) {
  reader.at("descr");
  if (reader.take("'")) return reader.take_until("'");
  if (reader.take("[")) return "[" + reader.take_until("]") + "]";
  throw FatalError("no descr in its header");
}

bool parse_fortran_order(DictReader& reader) {
  reader.at("fortran_order");
  if (reader.take("True")) return true;
  if (reader.take("False")) return false;
  throw FatalError("no fortran_order in its header");
}

std::vector<std::uint64_t> parse_shape(DictReader& reader) {
  std::vector<std::uint64_t> shape;
  bool good = reader.at("shape").take("(");
  while (good && !reader.take(")")) {
    const std::optional<std::uint64_t> dimension = reader.take_number();
    good = dimension.has_value();
    if (!good) break;
    shape.push_back(*dimension);
    if (!reader.take(",")) {
      good = reader.take(")");
      break;
    }
  }
  if (!good) throw FatalError("no shape in its header");
  return shape;
}

void parse_dict(std::string_view dict, NpyDescription& description) {
  DictReader reader(dict);
  description.descr = parse_descr(reader);
  description.fortran_order = parse_fortran_order(reader);
  description.shape = parse_shape(reader);
}

/// NumPy's name for it.
std::string_view descr_of(ElementType type) {
  return type == ElementType::float32 ? "<f4" : "<f2";
}

/// Bytes of an element such as "<f4"; nothing where it cannot be told.
std::optional<std::uint64_t> size_of(const std::string& descr) {
  constexpr std::uint64_t kCodePoint = 4;  // "<U8" holds 8 of them
  if (descr.size() < 3) return std::nullopt;
  std::uint64_t size = 0;
  const char* const last = descr.data() + descr.size();
  const auto [end, error] = std::from_chars(descr.data() + 2, last, size);
  if (error != std::errc{} || end != last || size > (std::uint64_t{1} << 32)) return std::nullopt;
  return descr[1] == 'U' ? size * kCodePoint : size;
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
                                 descr_of(type), fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
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
  const std::optional<std::uint64_t> element = size_of(descr);
  if (!element) return true;
  std::uint64_t bytes = *element;
  for (const std::uint64_t dimension : shape) {
    if (__builtin_mul_overflow(bytes, dimension, &bytes)) return false;
  }
  return file_size - header_length == bytes;
}

std::optional<ElementType> NpyDescription::element_type() const {
  for (const ElementType type : {ElementType::float32, ElementType::float16}) {
    if (descr == descr_of(type)) return type;
  }
  return std::nullopt;
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
