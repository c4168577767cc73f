#pragma once

#include <string>
#include <vector>

#include "inputs/input_stream.h"

namespace vit_embed {

/// The names of all that is left in a stream.
inline std::vector<std::string> names_of(InputStream& stream) {
  std::vector<std::string> names;
  while (std::optional<Input> input = stream.next()) names.push_back(std::move(input->name));
  return names;
}

/// What reading an input throws: "permanent: reason", or "" where it can be read.
inline std::string failure_of(const ByteSource& source) {
  std::vector<std::byte> bytes;
  try {
    source.read(bytes);
  } catch (const InputError& e) {
    return std::string(e.kind() == FailureKind::permanent ? "permanent: " : "transient: ") + e.what();
  }
  return {};
}

/// What an input's bytes are, as text.
inline std::string text_of(const ByteSource& source) {
  std::vector<std::byte> bytes;
  source.read(bytes);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace vit_embed
