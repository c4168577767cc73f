#include "store/index_file.h"

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "formats/csv.h"
#include "store/live_files.h"

namespace vit_embed {
namespace {

constexpr std::size_t kBufferSize = std::size_t{1} << 20;

}  // namespace

void write_index(const Manifest& manifest, const std::filesystem::path& index) {
  AtomicFile file(index);
  std::string buffer = "row,root,path\n";
  for_each_live_file(manifest, [&](const LiveFile& live) {
    buffer += fmt::format("{},", live.row);
    append_csv_field(buffer, live.root_path);
    buffer += ',';
    append_csv_field(buffer, live.path);
    buffer += '\n';
    if (buffer.size() < kBufferSize) return;
    file.write(buffer);
    buffer.clear();
  });
  file.write(buffer);
  file.commit();
}

}  // namespace vit_embed
