#include "formats/append_file.h"

#include <fcntl.h>

#include <algorithm>
#include <vector>

#include "base/error.h"

namespace vit_embed {
namespace {

constexpr std::size_t kBufferSize = std::size_t{1} << 20;

}  // namespace

AppendFile AppendFile::create(const std::filesystem::path& path, std::string_view header) {
  AppendFile file(FileDescriptor::open(path, O_RDWR | O_CREAT | O_TRUNC));
  file.fd_.write_all(std::as_bytes(std::span(header)));
  file.length_ = header.size();
  return file;
}

AppendFile AppendFile::reopen(const std::filesystem::path& path, std::uint64_t header_length) {
  AppendFile file(FileDescriptor::open(path, O_RDWR));
  if (file.fd_.size() < header_length) throw FatalError("'" + path.native() + "' has lost its header");
  file.fd_.seek(header_length);
  file.length_ = header_length;
  return file;
}

void AppendFile::append(std::span<const std::byte> bytes) {
  since_mark_.update(bytes);
  length_ += bytes.size();
  buffer_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (buffer_.size() < kBufferSize) return;
  fd_.write_all(std::as_bytes(std::span(buffer_)));
  buffer_.clear();
}

AppendMark AppendFile::mark() {
  fd_.write_all(std::as_bytes(std::span(buffer_)));
  buffer_.clear();
  const AppendMark mark{length_, since_mark_.digest()};
  since_mark_.reset();
  return mark;
}

bool AppendFile::verify(const AppendMark& mark) {
  if (mark.length < length_) return false;
  Xxh3 hash;
  std::vector<std::byte> chunk(std::min<std::uint64_t>(kBufferSize, mark.length - length_));
  for (std::uint64_t position = length_; position < mark.length;) {
    const auto wanted = std::span(chunk).first(std::min<std::uint64_t>(chunk.size(), mark.length - position));
    if (fd_.read_some(wanted) != wanted.size()) return false;
    hash.update(wanted);
    position += wanted.size();
  }
  if (hash.digest() != mark.xxh3) return false;
  length_ = mark.length;
  return true;
}

void AppendFile::rewind(std::uint64_t length) {
  buffer_.clear();
  since_mark_.reset();
  fd_.truncate(length);
  fd_.seek(length);
  length_ = length;
}

void AppendFile::overwrite_header(std::string_view header) {
  fd_.write_all_at(std::as_bytes(std::span(header)), 0);
}

void AppendFile::sync() {
  mark();
  fd_.sync();
}

}  // namespace vit_embed
