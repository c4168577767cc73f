#include "formats/digest.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <xxhash.h>

#include <new>
#include <vector>

#include "base/file_descriptor.h"

namespace vit_embed {

struct Sha256::Context {
  Context() : evp(EVP_MD_CTX_new()) {
    if (evp == nullptr) throw std::bad_alloc();
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { EVP_MD_CTX_free(evp); }

  EVP_MD_CTX* evp;
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  EVP_DigestInit_ex(context_->evp, EVP_sha256(), nullptr);
}
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::update(std::span<const std::byte> bytes) {
  EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size());
}

void Sha256::update(std::string_view text) {
  update(std::as_bytes(std::span(text)));
}

std::string Sha256::digest() const {
  const Context copy;
  EVP_MD_CTX_copy_ex(copy.evp, context_->evp);
  std::string digest(32, '\0');
  EVP_DigestFinal_ex(copy.evp, reinterpret_cast<unsigned char*>(digest.data()), nullptr);
  return digest;
}

std::string Sha256::hex_digest() const {
  std::string hex;
  for (const char byte : digest()) hex += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return hex;
}

std::string sha256_hex(std::string_view text) {
  Sha256 sha;
  sha.update(text);
  return sha.hex_digest();
}

std::string sha256_hex_of_file(const std::filesystem::path& path, std::uint64_t offset) {
  FileDescriptor file = FileDescriptor::open(path, O_RDONLY);
  file.seek(offset);
  std::vector<std::byte> buffer(std::size_t{1} << 20);
  Sha256 sha;
  while (const std::size_t n = file.read_some(buffer)) sha.update(std::span(buffer).first(n));
  return sha.hex_digest();
}

struct Xxh3::State {
  State() : xxh(XXH3_createState()) {
    if (xxh == nullptr) throw std::bad_alloc();
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { XXH3_freeState(xxh); }

  XXH3_state_t* xxh;
};

Xxh3::Xxh3() : state_(std::make_unique<State>()) {
  reset();
}
Xxh3::Xxh3(Xxh3&&) noexcept = default;
Xxh3& Xxh3::operator=(Xxh3&&) noexcept = default;
Xxh3::~Xxh3() = default;

void Xxh3::update(std::span<const std::byte> bytes) {
  XXH3_64bits_update(state_->xxh, bytes.data(), bytes.size());
}

std::uint64_t Xxh3::digest() const {
  return XXH3_64bits_digest(state_->xxh);
}

void Xxh3::reset() {
  XXH3_64bits_reset(state_->xxh);
}

std::uint64_t xxh3(std::span<const std::byte> bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

std::uint64_t xxh64(std::string_view text) {
  return XXH64(text.data(), text.size(), 0);
}

std::string xxh3_hex(std::span<const std::byte> bytes) {
  return fmt::format("{:016x}", xxh3(bytes));
}

}  // namespace vit_embed
