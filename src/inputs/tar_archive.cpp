#include "inputs/tar_archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <string_view>
#include <system_error>

#include "base/error.h"

namespace vit_embed {
namespace {

struct ArchiveCloser {
  void operator()(archive* a) const { ::archive_read_free(a); }
};
using ArchivePointer = std::unique_ptr<archive, ArchiveCloser>;

/// A library that was built without a decompressor would start a program in its stead.
void support_built_in(archive* reader, int (*support)(archive*)) {
  const ArchivePointer probe(::archive_read_new());
  if (support(probe.get()) == ARCHIVE_OK) support(reader);
}

ArchivePointer make_reader() {
  ArchivePointer reader(::archive_read_new());
  if (!reader) throw std::bad_alloc();
  ::archive_read_support_format_tar(reader.get());
  // Zeros end a tar, but not what cat made of several.
  ::archive_read_set_format_option(reader.get(), "tar", "read_concatenated_archives", "1");
  for (const auto support : {::archive_read_support_filter_gzip, ::archive_read_support_filter_bzip2,
                             ::archive_read_support_filter_xz, ::archive_read_support_filter_zstd})
    support_built_in(reader.get(), support);
  return reader;
}

/// A header may tell any time; one out of range becomes another, which serves as well.
std::int64_t nanoseconds(std::time_t seconds, long nanoseconds) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(seconds) * 1'000'000'000U +
                                   static_cast<std::uint64_t>(nanoseconds));
}

std::string_view without_dot(std::string_view path) {
  if (path.starts_with("./")) path.remove_prefix(2);
  return path;
}

}  // namespace

struct TarArchive::State {
  const FileDescriptor& file;
  const Cancellation& cancellation;
  std::vector<char> buffer;
  std::int64_t seekable_size = 0;  // of a regular file
  std::int64_t position = 0;       // in the file
  int read_error = 0;              // errno
  bool at_end = false;             // a read since the last call found no more
  bool begun = false;              // a header was read
  std::uint64_t member_size = 0;
  ArchivePointer reader;

  State(const FileDescriptor& f, const Cancellation& c) : file(f), cancellation(c) {}

  la_ssize_t read(const void** bytes) {
    try {
      if (!cancellation.wait_readable(file)) return set_error(ECANCELED);
    } catch (const FatalError&) {
      return set_error(errno);
    }
    ssize_t n;
    do {
      n = ::read(file.get(), buffer.data(), buffer.size());
    } while (n < 0 && errno == EINTR);
    if (n < 0) return set_error(errno);
    at_end = at_end || n == 0;
    position += n;
    *bytes = buffer.data();
    return n;
  }

  la_ssize_t set_error(int error) {
    read_error = error;
    ::archive_set_error(reader.get(), error, "reading failed");
    return ARCHIVE_FATAL;
  }

  /// Never behind the end, so that a member that is cut is seen to be.
  la_int64_t skip(la_int64_t wanted) {
    const off_t now = ::lseek(file.get(), 0, SEEK_CUR);
    const la_int64_t possible = std::min<la_int64_t>(wanted, seekable_size - now);
    if (now < 0 || possible <= 0 || ::lseek(file.get(), possible, SEEK_CUR) < 0) return 0;
    position += possible;
    return possible;
  }
};

TarArchive::TarArchive(const FileDescriptor& file, Reading reading, const Cancellation& cancellation)
    : state_(std::make_unique<State>(file, cancellation)) {
  State& state = *state_;
  state.buffer.resize(std::size_t{1} << (reading == Reading::contents ? 18 : 14));
  state.reader = make_reader();
  archive* reader = state.reader.get();
  ::archive_read_set_callback_data(reader, &state);
  ::archive_read_set_read_callback(reader, [](archive*, void* data, const void** bytes) {
    return static_cast<State*>(data)->read(bytes);
  });
  struct stat status {};
  if (::fstat(state.file.get(), &status) == 0 && S_ISREG(status.st_mode)) {
    state.seekable_size = status.st_size;
    ::archive_read_set_skip_callback(reader, [](archive*, void* data, la_int64_t wanted) {
      return static_cast<State*>(data)->skip(wanted);
    });
  }
  if (::archive_read_open1(reader) != ARCHIVE_OK) fail();
}

TarArchive::TarArchive(TarArchive&&) noexcept = default;
TarArchive& TarArchive::operator=(TarArchive&&) noexcept = default;
TarArchive::~TarArchive() = default;

void TarArchive::fail() const {
  if (state_->read_error != 0)
    throw InputError(FailureKind::transient, std::generic_category().message(state_->read_error));
  if (!state_->begun) throw InputError(FailureKind::permanent, "not a tar");
  const char* told = ::archive_error_string(state_->reader.get());
  const std::string_view message = told == nullptr ? "no reason given" : told;
  const bool is_plain = ::archive_filter_count(state_->reader.get()) == 1;
  if (state_->at_end && (is_plain || message.find("runcated") != std::string_view::npos))
    throw TruncatedError("truncated tar");
  throw InputError(FailureKind::permanent, fmt::format("damaged tar: {}", message));
}

std::optional<TarMember> TarArchive::next() {
  archive* reader = state_->reader.get();
  while (true) {
    archive_entry* entry = nullptr;
    state_->at_end = false;
    const int result = ::archive_read_next_header(reader, &entry);
    if (result == ARCHIVE_EOF) {
      // It takes a file that ends with a member for whole, too, where a tar has blocks of zeros.
      if (::archive_filter_count(reader) == 1 && state_->position == ::archive_read_header_position(reader))
        throw TruncatedError("truncated tar: its end is missing");
      return std::nullopt;
    }
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN) fail();
    state_->begun = true;
    const bool is_link =
        ::archive_entry_filetype(entry) == AE_IFLNK || ::archive_entry_hardlink(entry) != nullptr;
    if (::archive_entry_filetype(entry) != AE_IFREG && !is_link) continue;
    const char* path = ::archive_entry_pathname(entry);
    const auto size = std::max<la_int64_t>(0, ::archive_entry_size(entry));
    state_->member_size = static_cast<std::uint64_t>(size);
    return TarMember{std::string(without_dot(path == nullptr ? "" : path)), state_->member_size,
                     nanoseconds(::archive_entry_mtime(entry), ::archive_entry_mtime_nsec(entry)), is_link};
  }
}

std::vector<std::byte> TarArchive::read() {
  constexpr std::uint64_t kFirstStep = std::uint64_t{1} << 20;
  const std::uint64_t size = state_->member_size;
  std::vector<std::byte> bytes;
  state_->at_end = false;
  while (true) {
    const void* piece = nullptr;
    std::size_t length = 0;
    la_int64_t offset = 0;
    const int result = ::archive_read_data_block(state_->reader.get(), &piece, &length, &offset);
    if (result == ARCHIVE_EOF) break;
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN) fail();
    const auto begin = static_cast<std::uint64_t>(offset);
    if (begin < bytes.size() || begin > size || length > size - begin)
      throw BadMemberError("a sparse file whose pieces do not fit in it");
    // What a header says is not believed at once: a tar of a few bytes can say anything.
    const std::uint64_t end = begin + length;
    if (end > bytes.capacity())
      bytes.reserve(std::min(size, std::max(end, bytes.capacity() + std::max(kFirstStep, bytes.capacity()))));
    bytes.resize(begin);  // over a hole
    const auto* data = static_cast<const std::byte*>(piece);
    bytes.insert(bytes.end(), data, data + length);
  }
  bytes.resize(size);  // over a hole at the end
  pass_over();
  return bytes;
}

void TarArchive::pass_over() {
  state_->at_end = false;
  if (::archive_read_data_skip(state_->reader.get()) != ARCHIVE_OK) fail();
}

}  // namespace vit_embed
