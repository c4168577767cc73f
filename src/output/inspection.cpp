#include "output/inspection.h"

#include <fcntl.h>

#include <array>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "formats/digest.h"
#include "formats/npy.h"
#include "output/output_format.h"
#include "output/output_spec.h"

namespace vit_embed {
namespace {

namespace fs = std::filesystem;

bool starts_with(const fs::path& path, std::string_view magic) {
  FileDescriptor file = FileDescriptor::open(path, O_RDONLY);
  std::string start(magic.size(), '\0');
  file.read_some(std::as_writable_bytes(std::span(start)));
  return start == magic;
}

void inspect_npy(OutputInspection& found) {
  const NpyDescription npy = read_npy_header(found.path);
  found.shape = npy.shape;
  found.element_type = npy.descr;
  if (!npy.is_complete()) found.problems.emplace_back("the file is not as long as its header says");
  if (found.meta && found.meta->shape != npy.shape)
    found.problems.emplace_back("its shape is not the meta's");
}

void inspect_text(OutputInspection& found) {
  if (!found.meta) return;
  found.shape = found.meta->shape;
  if (sha256_hex_of_file(found.path) != found.meta->rows_sha256) {
    found.problems.emplace_back("the file was changed after it was published");
  }
}

}  // namespace

bool is_output(const fs::path& path) {
  if (starts_with(path, "\x93NUMPY")) return true;
  return output_format_of(path).has_value() && !starts_with(path, "PK");
}

OutputInspection inspect_output(const fs::path& path) {
  const OutputFiles files = published_files(path);
  OutputInspection found;
  found.path = path;
  if (fs::exists(files.meta)) {
    found.meta = read_output_meta(files.meta);
    if (!found.meta->index_sha256.empty() && !fs::exists(files.index))
      found.problems.emplace_back("its index is missing");
  } else {
    found.problems.emplace_back("no " + files.meta.filename().native() +
                                ": not a finished output of this program");
  }
  if (fs::exists(partial_directory(path))) {
    found.problems.emplace_back("an unfinished run stands in " + partial_directory(path).filename().native());
  }
  const bool npy = starts_with(path, "\x93NUMPY");
  found.format = npy ? "npy" : std::string(to_string(output_format_of(path).value_or(OutputFormat::csv)));
  if (npy) {
    inspect_npy(found);
  } else {
    inspect_text(found);
  }
  return found;
}

}  // namespace vit_embed
