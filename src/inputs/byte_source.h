#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "formats/inputs_digest.h"

namespace vit_embed {

/// An encoded image larger than this is a failed input: memory is bounded by it, times the decode threads.
inline constexpr std::uint64_t kLargestEncodedImage = std::uint64_t{1} << 30;
/// Why it fails.
std::string too_large_reason();

/// Where the bytes of one encoded image come from.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  /// What the bytes are taken for unchanged by, without reading them. All zero where that cannot be told.
  virtual FileIdentity identify() const = 0;
  /// Replaces `bytes` by the whole, and returns the identity of what was read. Blocks. Throws InputError.
  virtual FileIdentity read(std::vector<std::byte>& bytes) const = 0;
  /// Bytes of memory that it holds for as long as it is there.
  virtual std::uint64_t held_memory() const { return 0; }
};

/// A regular file; anything else (a directory, a FIFO, a device) is a failed input and is never waited for.
class FileSource : public ByteSource {
 public:
  explicit FileSource(std::filesystem::path path) : path_(std::move(path)) {}
  FileIdentity identify() const override;
  FileIdentity read(std::vector<std::byte>& bytes) const override;

 private:
  std::filesystem::path path_;
};

/// Bytes already in memory: an image from stdin or from a tar.
class MemorySource : public ByteSource {
 public:
  explicit MemorySource(std::shared_ptr<const std::vector<std::byte>> bytes)
      : MemorySource(bytes, {bytes->size(), 0}) {}
  MemorySource(std::shared_ptr<const std::vector<std::byte>> bytes, FileIdentity identity)
      : bytes_(std::move(bytes)), identity_(identity) {}
  FileIdentity identify() const override { return identity_; }
  FileIdentity read(std::vector<std::byte>& bytes) const override;
  std::uint64_t held_memory() const override { return bytes_->capacity(); }

 private:
  std::shared_ptr<const std::vector<std::byte>> bytes_;
  FileIdentity identity_;
};

/// An input that is known to have failed when it is found: a folder that cannot be listed.
class FailedSource : public ByteSource {
 public:
  explicit FailedSource(std::string reason, FailureKind kind = FailureKind::transient,
                        FileIdentity identity = {})
      : reason_(std::move(reason)), kind_(kind), identity_(identity) {}
  FileIdentity identify() const override { return identity_; }
  FileIdentity read(std::vector<std::byte>&) const override { throw InputError(kind_, reason_); }
  const std::string& reason() const { return reason_; }
  FailureKind kind() const { return kind_; }

 private:
  std::string reason_;
  FailureKind kind_;
  FileIdentity identity_;
};

}  // namespace vit_embed
