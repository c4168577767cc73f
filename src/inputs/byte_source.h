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

/// Where the bytes of one encoded image come from.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  /// What the bytes are taken for unchanged by, without reading them. All zero where that cannot be told.
  virtual FileIdentity identify() const = 0;
  /// Replaces `bytes` by the whole, and returns the identity of what was read. Blocks. Throws InputError.
  virtual FileIdentity read(std::vector<std::byte>& bytes) const = 0;
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

/// Bytes already in memory: an image from stdin.
class MemorySource : public ByteSource {
 public:
  explicit MemorySource(std::shared_ptr<const std::vector<std::byte>> bytes) : bytes_(std::move(bytes)) {}
  FileIdentity identify() const override { return {bytes_->size(), 0}; }
  FileIdentity read(std::vector<std::byte>& bytes) const override;

 private:
  std::shared_ptr<const std::vector<std::byte>> bytes_;
};

/// An input that is known to have failed when it is found: a folder that cannot be listed.
class FailedSource : public ByteSource {
 public:
  explicit FailedSource(std::string reason) : reason_(std::move(reason)) {}
  FileIdentity identify() const override { return {}; }
  FileIdentity read(std::vector<std::byte>&) const override {
    throw InputError(FailureKind::transient, reason_);
  }
  const std::string& reason() const { return reason_; }

 private:
  std::string reason_;
};

}  // namespace vit_embed
