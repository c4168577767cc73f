#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>

namespace vit_embed {

/// Owns a POSIX file descriptor. Every operation finishes short transfers, repeats on EINTR, and throws
/// FatalError naming `path` and the system's reason when it fails.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  FileDescriptor(int fd, std::filesystem::path path) : fd_(fd), path_(std::move(path)) {}
  FileDescriptor(FileDescriptor&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor();

  /// `flags` as open(2) takes them; O_CLOEXEC is added. A file that is created gets mode 0666 less the umask.
  static FileDescriptor open(const std::filesystem::path& path, int flags);
  /// The same, but where it fails it returns an empty one and leaves the reason in errno.
  static FileDescriptor try_open(const std::filesystem::path& path, int flags);
  /// For reading. A named pipe is opened also where nobody writes to it yet, and can be waited for by
  /// poll(2).
  static FileDescriptor open_without_waiting(const std::filesystem::path& path);

  int get() const { return fd_; }
  /// Gives the descriptor away.
  int release() { return std::exchange(fd_, -1); }
  explicit operator bool() const { return fd_ >= 0; }
  const std::filesystem::path& path() const { return path_; }

  void write_all(std::span<const std::byte> bytes);
  void write_all_at(std::span<const std::byte> bytes, std::uint64_t offset);
  /// Reads until `bytes` is full or the file ends; returns how many bytes were read.
  std::size_t read_some(std::span<std::byte> bytes);
  /// One read(2): returns how many bytes there were, as few as a pipe holds now; 0 at the end.
  std::size_t read_once(std::span<std::byte> bytes);
  void truncate(std::uint64_t length);
  void seek(std::uint64_t offset);
  std::uint64_t size() const;
  /// Blocks until the data is on the disk.
  void sync();
  /// Closes, and throws where an earlier write is only now reported as failed (NFS, quotas).
  void close();

 private:
  int fd_ = -1;
  std::filesystem::path path_;
};

/// Makes a rename, creation or removal in `directory` durable. Blocks.
void sync_directory(const std::filesystem::path& directory);

/// rename(2), throwing FatalError.
void rename_file(const std::filesystem::path& from, const std::filesystem::path& to);

/// unlink(2), throwing FatalError; what is not there is removed already.
void remove_file(const std::filesystem::path& path);

/// Whether something is there; what cannot be looked at counts as absent.
bool is_present(const std::filesystem::path& path);

/// The directory a file stands in; "." for a bare name.
std::filesystem::path parent_directory(const std::filesystem::path& file);

/// "opening 'x': No such file or directory", from errno.
std::string system_error_message(const char* action, const std::filesystem::path& path, int error);

}  // namespace vit_embed
