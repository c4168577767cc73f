#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "formats/inputs_digest.h"
#include "inputs/cancellation.h"

namespace vit_embed {

/// A file in a tar.
struct TarMember {
  std::string path;  ///< as the tar has it, without a "./" before it
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;
  bool is_link = false;  ///< hard or symbolic: its content is another member's, if it is in the tar at all
};

/// A tar, plain or compressed with gzip, bzip2, xz or zstd, read forward once; what cat made of several is
/// one. Every member function throws InputError where the tar cannot be read any further, or where it is
/// cancelled; after that it is of no use.
class TarArchive {
 public:
  /// Where the tar ends before its end.
  class TruncatedError : public InputError {
   public:
    explicit TruncatedError(const std::string& reason) : InputError(FailureKind::permanent, reason) {}
  };

  /// Where one member is bad, and the tar is not.
  class BadMemberError : public InputError {
   public:
    explicit BadMemberError(const std::string& reason) : InputError(FailureKind::permanent, reason) {}
  };

  /// What is read at once: much, or little where most of the tar is to be passed over.
  enum class Reading { contents, headers };

  /// Waits for its first bytes. `file` is never sought in unless it is a regular file. It and `cancellation`
  /// must outlive the archive.
  TarArchive(const FileDescriptor& file, Reading reading, const Cancellation& cancellation);
  TarArchive(TarArchive&&) noexcept;
  TarArchive& operator=(TarArchive&&) noexcept;
  ~TarArchive();

  /// The next member that is a file or a link, once the one before was read or passed over; nothing at the
  /// tar's end.
  std::optional<TarMember> next();
  /// The content of the member that next() gave, which is as large as it says. Throws BadMemberError where
  /// it is bad in itself; next() goes on then.
  std::vector<std::byte> read();
  /// Goes to the end of the member that next() gave, and sees that it is there.
  void pass_over();

 private:
  struct State;
  [[noreturn]] void fail() const;

  std::unique_ptr<State> state_;
};

}  // namespace vit_embed
