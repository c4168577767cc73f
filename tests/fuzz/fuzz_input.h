#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

// What libFuzzer calls, for each input that it makes up.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace vit_embed {

/// Ends the process, which is a find, where `property` does not hold.
inline void expect(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", property);
  std::abort();
}

inline std::string_view as_text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// A file in memory, for readers that take a path.
class MemoryFile {
 public:
  MemoryFile()
      : fd_(::memfd_create("fuzz-input", MFD_CLOEXEC)), path_("/proc/self/fd/" + std::to_string(fd_)) {
    expect(fd_ >= 0, "a file in memory can be had");
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { ::close(fd_); }

  /// Makes `content` the whole of it, and gives its path.
  const std::filesystem::path& holding(std::string_view content) {
    const auto size = static_cast<::off_t>(content.size());
    expect(::ftruncate(fd_, 0) == 0 && ::pwrite(fd_, content.data(), content.size(), 0) == size,
           "a file in memory can be written");
    return path_;
  }

 private:
  int fd_;
  std::filesystem::path path_;
};

}  // namespace vit_embed
