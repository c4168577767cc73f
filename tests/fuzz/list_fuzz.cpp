#include <fcntl.h>

#include "fuzz/fuzz_input.h"
#include "inputs/list_stream.h"

using namespace vit_embed;

namespace {

std::string joined(const std::filesystem::path& list, char separator) {
  ListStream stream(FileDescriptor::open(list, O_RDONLY), separator);
  std::string text;
  while (const std::optional<Input> input = stream.next()) {
    expect(!input->name.empty(), "an input has a name");
    expect(input->name.find(separator) == std::string::npos, "a name holds no separator");
    text += input->name;
    text += separator;
  }
  return text;
}

/// The list without its empty entries, each ended.
std::string without_empty_entries(std::string_view list, char separator) {
  std::string text;
  for (const char c : list) {
    if (c != separator || (!text.empty() && text.back() != separator)) text += c;
  }
  if (!text.empty() && text.back() != separator) text += separator;
  return text;
}

}  // namespace

/// The entries of a list, put together again, are the list.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static MemoryFile input;
  const std::filesystem::path& list = input.holding(as_text(data, size));
  for (const char separator : {'\n', '\0'}) {
    expect(joined(list, separator) == without_empty_entries(as_text(data, size), separator),
           "the entries are the list's");
  }
  return 0;
}
