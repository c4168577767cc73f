#include "hub/blob_download.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <limits>
#include <optional>
#include <thread>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "base/file_lock.h"
#include "formats/digest.h"

namespace vit_embed {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLockPoll{100};
/// Of a file whose size the Hub does not say: the large ones it does.
constexpr std::uint64_t kLargestUnannounced = std::uint64_t{64} << 20;

/// Ends an exchange that has brought more than can be right.
struct TooMuchArrived {};

/// FileLock does not wait; a download that another process is at is worth waiting for.
FileLock wait_for_lock(const fs::path& path, const std::stop_token& stop, const LogSink& log) {
  for (bool said = false;; said = true) {
    try {
      return FileLock(path);
    } catch (const BusyError& e) {
      if (!said) log(LogLevel::info, fmt::format("waiting for another download: {}", e.what()));
    }
    if (stop.stop_requested()) throw StoppedError("stopped while another process was downloading");
    std::this_thread::sleep_for(kLockPoll);
  }
}

/// The bytes of one blob that have arrived, in its .incomplete file.
class IncompleteBlob {
 public:
  IncompleteBlob(const HubCache& cache, const RemoteFile& file, const DownloadControl& control)
      : file_(file),
        control_(control),
        path_(cache.incomplete_blob(file.etag)),
        fd_(FileDescriptor::open(path_, O_WRONLY | O_CREAT)),
        size_(fd_.size()),
        is_pieced_(size_ > 0) {
    fd_.seek(size_);
  }

  std::uint64_t size() const { return size_; }
  bool is_whole() const { return file_.size && size_ == *file_.size; }
  bool is_too_large() const { return size_ > file_.size.value_or(kLargestUnannounced); }
  /// Whether the bytes are not those of a single answer.
  bool is_pieced() const { return is_pieced_; }

  void discard() {
    fd_.truncate(0);
    fd_.seek(0);
    size_ = 0;
    is_pieced_ = false;
  }

  /// One attempt at the bytes that are missing.
  void receive_rest(HubClient& client);
  /// What is wrong with the bytes; "" where nothing is, as far as the Hub gave a size and a hash.
  std::string find_fault() const;
  /// Gives them their name in the cache.
  void publish(const fs::path& blob);
  void remove();

 private:
  const RemoteFile& file_;
  const DownloadControl& control_;
  fs::path path_;
  FileDescriptor fd_;
  std::uint64_t size_;
  bool is_pieced_;
};

void IncompleteBlob::receive_rest(HubClient& client) {
  const std::uint64_t start = size_;
  is_pieced_ = start > 0;
  const auto on_piece = [&](int status_now, std::span<const std::byte> piece) {
    // A server that knows no ranges sends the file from its start.
    if (status_now == 200 && is_pieced_) discard();
    fd_.write_all(piece);
    size_ += piece.size();
    if (is_too_large()) throw TooMuchArrived();
    if (control_.on_progress) control_.on_progress({file_.name, size_, file_.size.value_or(0)});
  };
  int status = 0;
  try {
    status = client.get(file_, start, on_piece);
  } catch (const TooMuchArrived&) {
    return;  // find_fault() says so
  }
  if (status == 416) discard();
  if (status == 416 || (file_.size && size_ < *file_.size)) {
    throw TransferError(TransferError::Kind::broken,
                        fmt::format("{} ended early, at byte {}", file_.name, status == 416 ? start : size_));
  }
}

std::string IncompleteBlob::find_fault() const {
  if (is_too_large()) {
    return file_.size ? fmt::format("more than the {} bytes arrived that the Hub says", *file_.size)
                      : fmt::format("the Hub does not say its size, and more than {} MiB arrived",
                                    kLargestUnannounced >> 20);
  }
  if (file_.size && size_ != *file_.size) {
    return fmt::format("{} bytes arrived, and the Hub says {}", size_, *file_.size);
  }
  if (file_.sha256.empty()) return "";
  const std::string actual = sha256_hex_of_file(path_);
  if (actual == file_.sha256) return "";
  return fmt::format("the SHA-256 of what arrived is {}, and the Hub says {}", actual, file_.sha256);
}

void IncompleteBlob::publish(const fs::path& blob) {
  fd_.sync();
  fd_.close();
  rename_file(path_, blob);
  sync_directory(blob.parent_path());
}

void IncompleteBlob::remove() {
  std::error_code ignored;
  fs::remove(path_, ignored);
}

/// Attempts until the bytes are all there.
void receive_all(HubClient& client, IncompleteBlob& incomplete) {
  Retries retries = client.retries();
  std::uint64_t furthest = incomplete.size();
  while (!incomplete.is_whole()) {
    try {
      incomplete.receive_rest(client);
      return;
    } catch (const TransferError& e) {
      // Measured at the furthest point: a server that sends from the start each time gets nowhere.
      if (incomplete.size() > furthest) retries.note_progress();
      furthest = std::max(furthest, incomplete.size());
      retries.wait_after(e);
    }
  }
}

/// Received and found to be what the Hub announced. Pieces that do not fit together are worth one more
/// attempt from the start; what one answer brought is not.
void receive_checked(HubClient& client, const RemoteFile& file, IncompleteBlob& incomplete,
                     const LogSink& log) {
  for (;;) {
    receive_all(client, incomplete);
    const std::string fault = incomplete.find_fault();
    if (fault.empty()) return;
    if (!incomplete.is_pieced()) {
      incomplete.remove();
      throw FatalError(fmt::format("'{}': {} is damaged: {}", client.repository_id(), file.name, fault));
    }
    log(LogLevel::warning,
        fmt::format("'{}': {}: {}; starting over", client.repository_id(), file.name, fault));
    incomplete.discard();
  }
}

}  // namespace

std::uint64_t count_missing_bytes(const HubCache& cache, std::span<const RemoteFile> files) {
  std::uint64_t sum = 0;
  for (const RemoteFile& file : files) {
    std::error_code error;
    const std::uint64_t size = file.size.value_or(0);
    const std::uint64_t there = fs::file_size(cache.incomplete_blob(file.etag), error);
    const std::uint64_t missing = error || there > size ? size : size - there;
    if (__builtin_add_overflow(sum, missing, &sum)) return std::numeric_limits<std::uint64_t>::max();
  }
  return sum;
}

void download_blob(HubClient& client, const HubCache& cache, const RemoteFile& file,
                   const DownloadControl& control, const LogSink& log) {
  const FileLock lock = wait_for_lock(cache.lock(file.etag), control.stop, log);
  const fs::path blob = cache.blob(file.etag);
  if (is_present(blob)) return;  // the other process was faster, or another file has the same bytes
  IncompleteBlob incomplete(cache, file, control);
  const std::uint64_t start = incomplete.size();
  const Clock::time_point begin = Clock::now();
  receive_checked(client, file, incomplete, log);
  incomplete.publish(blob);
  if (file.sha256.empty()) return;  // a small one
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  const double mebibytes = static_cast<double>(incomplete.size()) / (1 << 20);
  log(LogLevel::info,
      fmt::format(
          "{}: {:.1f} MiB downloaded{} in {:.1f} s", file.name, mebibytes,
          start > 0 ? fmt::format(", from {:.1f} MiB on,", static_cast<double>(start) / (1 << 20)) : "",
          seconds));
}

}  // namespace vit_embed
