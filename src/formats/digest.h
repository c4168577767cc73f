#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace vit_embed {

/// Incremental SHA-256 (OpenSSL's).
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();

  void update(std::span<const std::byte> bytes);
  void update(std::string_view text);
  /// 32 bytes, of all that was given so far; more may follow.
  std::string digest() const;
  /// The same as 64 lower-case hexadecimal digits.
  std::string hex_digest() const;

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

std::string sha256_hex(std::string_view text);
/// Of the file behind its first `offset` bytes. Throws FatalError where it cannot be read.
std::string sha256_hex_of_file(const std::filesystem::path& path, std::uint64_t offset = 0);

/// Incremental XXH3, 64 bits: against accidents, not against malice.
class Xxh3 {
 public:
  Xxh3();
  Xxh3(Xxh3&&) noexcept;
  Xxh3& operator=(Xxh3&&) noexcept;
  ~Xxh3();

  void update(std::span<const std::byte> bytes);
  /// Of what was given since the last reset.
  std::uint64_t digest() const;
  void reset();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::uint64_t xxh3(std::span<const std::byte> bytes);
/// XXH64 with seed 0.
std::uint64_t xxh64(std::string_view text);
/// 16 lower-case hexadecimal digits.
std::string xxh3_hex(std::span<const std::byte> bytes);

}  // namespace vit_embed
