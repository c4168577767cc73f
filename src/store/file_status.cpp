#include "store/file_status.h"

namespace vit_embed {

std::string_view to_string(FileStatus status) {
  switch (status) {
    case FileStatus::live:
      return "live";
    case FileStatus::failed:
      return "failed";
    case FileStatus::deleted:
      return "deleted";
    case FileStatus::pending:
      return "pending";
  }
  return {};
}

FileStatus file_status_from_string(std::string_view text) {
  for (const FileStatus status : {FileStatus::live, FileStatus::failed, FileStatus::deleted}) {
    if (text == to_string(status)) return status;
  }
  return FileStatus::pending;
}

}  // namespace vit_embed
