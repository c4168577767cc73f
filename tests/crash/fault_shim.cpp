// Loaded with LD_PRELOAD, this stands between a program and the C library, and lets the calls fail that
// fault_plan.h tells. What the C library calls by itself (fread's reads, mkostemp's open) is not seen; hence
// the wider calls here.

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <string>
#include <type_traits>

#include "fault_plan.h"

namespace {

using faults::Call;
using faults::CallKind;
using faults::Verdict;

/// The C library's own function of a name, looked up when first called. As a static it needs no guard: a
/// thread that waits in dlsym, while another's dlopen runs code that calls the same function, would hold it
/// against that one for ever.
template <class Function>
class Next {
 public:
  explicit constexpr Next(const char* name) : name_(name) {}

  template <class... Arguments>
  auto operator()(Arguments... arguments) {
    Function* function = function_.load(std::memory_order_relaxed);
    if (function == nullptr) {
      function = reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name_));
      function_.store(function, std::memory_order_relaxed);
    }
    return function(arguments...);
  }

 private:
  const char* name_;
  std::atomic<Function*> function_{nullptr};
};

std::string link_target(const std::string& link) {
  std::array<char, PATH_MAX> target{};
  const ssize_t length = ::readlink(link.c_str(), target.data(), target.size());
  return length < 0 ? "" : std::string(target.data(), static_cast<std::size_t>(length));
}

std::string path_of(int fd) {
  return link_target("/proc/self/fd/" + std::to_string(fd));
}

std::string absolute(int directory, const char* path) {
  if (path[0] == '/') return path;
  const std::string base = directory == AT_FDCWD ? link_target("/proc/self/cwd") : path_of(directory);
  return base + "/" + path;
}

std::string absolute(const char* path) {
  return absolute(AT_FDCWD, path);
}

template <class Result>
Result failure() {
  if constexpr (std::is_pointer_v<Result>) {
    return nullptr;
  } else {
    return -1;
  }
}

/// Makes the call, unless it is to fail.
template <class Make>
auto judged(const Call& call, Make make) {
  const Verdict verdict = faults::judge(call);
  if (verdict.error != 0) {
    errno = verdict.error;
    return failure<decltype(make())>();
  }
  const auto result = make();
  if (verdict.kill_after) faults::kill_this_process();
  return result;
}

/// Makes a call that transfers `size` bytes, of which it may be told to leave half.
template <class Make>
ssize_t judged_transfer(const Call& call, std::size_t size, Make make) {
  const Verdict verdict = faults::judge(call);
  if (verdict.error != 0) {
    errno = verdict.error;
    return -1;
  }
  const ssize_t result = make(verdict.halve && size > 1 ? size / 2 : size);
  if (verdict.kill_after) faults::kill_this_process();
  return result;
}

Call change(const char* name, const char* path) {
  return {CallKind::change, name, absolute(path), {}};
}
Call change_at(const char* name, int directory, const char* path) {
  return {CallKind::change, name, absolute(directory, path), {}};
}
Call change(const char* name, const char* from, const char* to) {
  return {CallKind::change, name, absolute(from), absolute(to)};
}
Call interruptible_change(const char* name, int fd) {
  return {CallKind::change, name, path_of(fd), {}, true};
}
Call reading(const char* name, int fd) {
  return {CallKind::read, name, path_of(fd), {}, true};
}

bool creates(int flags) {
  return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
}

int judged_open(const char* name, int directory, const char* path, int flags, mode_t mode) {
  const CallKind kind = creates(flags) || (flags & O_TRUNC) != 0 ? CallKind::change : CallKind::open;
  static constinit Next<int(int, const char*, int, ...)> call("openat");
  return judged({kind, name, absolute(directory, path), {}, true},
                [&] { return call(directory, path, flags, mode); });
}

std::FILE* judged_fopen(const char* name, const char* path, const char* mode) {
  const CallKind kind = std::strpbrk(mode, "wa") != nullptr ? CallKind::change : CallKind::open;
  static constinit Next<std::FILE*(const char*, const char*)> call("fopen");
  return judged({kind, name, absolute(path), {}}, [&] { return call(path, mode); });
}

mode_t mode_argument(int flags, va_list arguments) {
  return creates(flags) ? static_cast<mode_t>(va_arg(arguments, int)) : 0;
}

}  // namespace

#pragma GCC visibility push(default)
extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_argument(flags, arguments);
  va_end(arguments);
  return judged_open("open", AT_FDCWD, path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_argument(flags, arguments);
  va_end(arguments);
  return judged_open("open", AT_FDCWD, path, flags, mode);
}

int openat(int directory, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_argument(flags, arguments);
  va_end(arguments);
  return judged_open("openat", directory, path, flags, mode);
}

int openat64(int directory, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_argument(flags, arguments);
  va_end(arguments);
  return judged_open("openat", directory, path, flags, mode);
}

std::FILE* fopen(const char* path, const char* mode) {
  return judged_fopen("fopen", path, mode);
}
std::FILE* fopen64(const char* path, const char* mode) {
  return judged_fopen("fopen", path, mode);
}

int mkostemp(char* name, int flags) {
  static constinit Next<int(char*, int)> call("mkostemp");
  return judged(change("mkostemp", name), [&] { return call(name, flags); });
}

char* mkdtemp(char* name) noexcept {
  static constinit Next<char*(char*)> call("mkdtemp");
  return judged(change("mkdtemp", name), [&] { return call(name); });
}

ssize_t write(int fd, const void* bytes, std::size_t size) {
  static constinit Next<ssize_t(int, const void*, std::size_t)> call("write");
  return judged_transfer(interruptible_change("write", fd), size,
                         [&](std::size_t part) { return call(fd, bytes, part); });
}

ssize_t pwrite(int fd, const void* bytes, std::size_t size, off_t offset) {
  static constinit Next<ssize_t(int, const void*, std::size_t, off_t)> call("pwrite");
  return judged_transfer(interruptible_change("pwrite", fd), size,
                         [&](std::size_t part) { return call(fd, bytes, part, offset); });
}

ssize_t pwrite64(int fd, const void* bytes, std::size_t size, off64_t offset) {
  return pwrite(fd, bytes, size, offset);
}

ssize_t sendfile(int to, int from, off_t* offset, std::size_t size) noexcept {
  static constinit Next<ssize_t(int, int, off_t*, std::size_t)> call("sendfile");
  return judged_transfer(interruptible_change("sendfile", to), size,
                         [&](std::size_t part) { return call(to, from, offset, part); });
}

ssize_t sendfile64(int to, int from, off64_t* offset, std::size_t size) noexcept {
  return sendfile(to, from, offset, size);
}

int ftruncate(int fd, off_t length) noexcept {
  static constinit Next<int(int, off_t)> call("ftruncate");
  return judged(interruptible_change("ftruncate", fd), [&] { return call(fd, length); });
}

int ftruncate64(int fd, off64_t length) noexcept {
  return ftruncate(fd, length);
}

int fsync(int fd) {
  static constinit Next<int(int)> call("fsync");
  return judged(interruptible_change("fsync", fd), [&] { return call(fd); });
}

int fdatasync(int fd) {
  static constinit Next<int(int)> call("fdatasync");
  return judged(interruptible_change("fdatasync", fd), [&] { return call(fd); });
}

int fchmod(int fd, mode_t mode) noexcept {
  static constinit Next<int(int, mode_t)> call("fchmod");
  return judged({CallKind::change, "fchmod", path_of(fd), {}}, [&] { return call(fd, mode); });
}

int rename(const char* from, const char* to) noexcept {
  static constinit Next<int(const char*, const char*)> call("rename");
  return judged(change("rename", from, to), [&] { return call(from, to); });
}

int link(const char* from, const char* to) noexcept {
  static constinit Next<int(const char*, const char*)> call("link");
  return judged(change("link", from, to), [&] { return call(from, to); });
}

int symlink(const char* target, const char* path) noexcept {
  static constinit Next<int(const char*, const char*)> call("symlink");
  return judged(change("symlink", path), [&] { return call(target, path); });
}

int unlink(const char* path) noexcept {
  static constinit Next<int(const char*)> call("unlink");
  return judged(change("unlink", path), [&] { return call(path); });
}

int unlinkat(int directory, const char* path, int flags) noexcept {
  static constinit Next<int(int, const char*, int)> call("unlinkat");
  return judged(change_at("unlinkat", directory, path), [&] { return call(directory, path, flags); });
}

int remove(const char* path) noexcept {
  static constinit Next<int(const char*)> call("remove");
  return judged(change("remove", path), [&] { return call(path); });
}

int mkdir(const char* path, mode_t mode) noexcept {
  static constinit Next<int(const char*, mode_t)> call("mkdir");
  return judged(change("mkdir", path), [&] { return call(path, mode); });
}

int rmdir(const char* path) noexcept {
  static constinit Next<int(const char*)> call("rmdir");
  return judged(change("rmdir", path), [&] { return call(path); });
}

ssize_t read(int fd, void* bytes, std::size_t size) {
  static constinit Next<ssize_t(int, void*, std::size_t)> call("read");
  return judged_transfer(reading("read", fd), size, [&](std::size_t part) { return call(fd, bytes, part); });
}

ssize_t pread(int fd, void* bytes, std::size_t size, off_t offset) {
  static constinit Next<ssize_t(int, void*, std::size_t, off_t)> call("pread");
  return judged_transfer(reading("pread", fd), size,
                         [&](std::size_t part) { return call(fd, bytes, part, offset); });
}

ssize_t pread64(int fd, void* bytes, std::size_t size, off64_t offset) {
  return pread(fd, bytes, size, offset);
}

/// The data of a stream is read by the C library itself; one that fails reads as one that ends.
std::size_t fread(void* bytes, std::size_t size, std::size_t count, std::FILE* stream) {
  static constinit Next<std::size_t(void*, std::size_t, std::size_t, std::FILE*)> call("fread");
  const ssize_t got =
      judged_transfer({CallKind::read, "fread", path_of(::fileno(stream)), {}}, count,
                      [&](std::size_t) { return static_cast<ssize_t>(call(bytes, size, count, stream)); });
  return static_cast<std::size_t>(std::max<ssize_t>(got, 0));
}

}  // extern "C"
#pragma GCC visibility pop
