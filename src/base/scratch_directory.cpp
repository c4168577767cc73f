#include "base/scratch_directory.h"

#include <stdlib.h>

#include <cerrno>
#include <string>

#include "base/error.h"
#include "base/file_descriptor.h"

namespace vit_embed {

ScratchDirectory::ScratchDirectory() {
  std::string name = (std::filesystem::temp_directory_path() / "vit-embed.XXXXXX").native();
  if (::mkdtemp(name.data()) == nullptr) throw FatalError(system_error_message("creating", name, errno));
  path_ = name;
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace vit_embed
