#include "inputs/input_plan.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

// A record of the temporary file: uint8 kind, uint32 length and bytes of the name, uint32 number of columns
// and length and bytes of each, uint64 size, int64 mtime_ns; behind a `failed` one FailureKind, uint32 length
// and bytes of the reason; behind a `tar` one uint32 number of the tar. It is read by the process that wrote
// it, and by no other.

namespace vit_embed {
namespace {

enum class Kind : std::uint8_t { file, memory, failed, tar };

constexpr std::size_t kBufferSize = std::size_t{1} << 16;

/// Where the file system has files without a name, a process that is killed leaves nothing.
FileDescriptor unlinked_temporary_file(const std::filesystem::path& directory) {
  if (FileDescriptor nameless = FileDescriptor::try_open(directory, O_RDWR | O_TMPFILE)) return nameless;
  std::string name = (directory / ".vit-embed-inputs.XXXXXX").native();
  const int fd = ::mkostemp(name.data(), O_CLOEXEC);
  if (fd < 0) throw FatalError(system_error_message("creating a file in", directory, errno));
  ::unlink(name.c_str());
  return FileDescriptor(fd, directory);
}

template <class T>
void put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

void put_text(std::string& out, std::string_view text) {
  put(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}

}  // namespace

InputPlan::InputPlan(InputStream& inputs, const std::filesystem::path& directory, std::stop_token stop)
    : file_(unlinked_temporary_file(directory)) {
  const std::stop_callback cancel(stop, [&inputs] { inputs.cancel(); });
  InputsDigest digest;
  std::string buffer;
  while (!stop.stop_requested()) {
    const std::optional<Input> input = inputs.next();
    if (!input) break;
    const FileIdentity identity = input->source->identify();
    buffer += record_of(*input, identity);
    digest.add(input->name, identity);
    ++count_;
    total_bytes_ += identity.size;
    if (buffer.size() < kBufferSize) continue;
    file_.write_all(std::as_bytes(std::span(buffer)));
    buffer.clear();
  }
  file_.write_all(std::as_bytes(std::span(buffer)));
  digest_ = digest.hex_digest();
}

std::string InputPlan::record_of(const Input& input, const FileIdentity& identity) {
  const auto* memory = dynamic_cast<const MemorySource*>(input.source.get());
  const auto* failed = dynamic_cast<const FailedSource*>(input.source.get());
  const auto* listed = dynamic_cast<const ListedMember*>(input.source.get());
  std::string record;
  put(record, memory != nullptr   ? Kind::memory
              : failed != nullptr ? Kind::failed
              : listed != nullptr ? Kind::tar
                                  : Kind::file);
  put_text(record, input.name);
  put(record, static_cast<std::uint32_t>(input.columns.size()));
  for (const std::string& column : input.columns) put_text(record, column);
  put(record, identity.size);
  put(record, identity.mtime_ns);
  if (memory != nullptr) in_memory_.push_back(*memory);
  if (failed != nullptr) {
    put(record, failed->kind());
    put_text(record, failed->reason());
  }
  if (listed != nullptr) {
    if (tars_.empty() || tars_.back() != listed->tar()) tars_.push_back(listed->tar());
    put(record, static_cast<std::uint32_t>(tars_.size() - 1));
  }
  return record;
}

InputPlan::Reader::Reader(const InputPlan& plan)
    : plan_(&plan), file_(::dup(plan.file_.get()), plan.file_.path()), remaining_(plan.count_) {
  file_.seek(0);
}

void InputPlan::Reader::get(std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    if (position_ == buffer_.size()) {
      buffer_.resize(kBufferSize);
      buffer_.resize(file_.read_some(buffer_));
      position_ = 0;
      if (buffer_.empty()) throw FatalError("the list of inputs in '" + file_.path().native() + "' is cut");
    }
    const std::size_t n = std::min(bytes.size(), buffer_.size() - position_);
    std::memcpy(bytes.data(), buffer_.data() + position_, n);
    position_ += n;
    bytes = bytes.subspan(n);
  }
}

template <class T>
T InputPlan::Reader::get() {
  T value{};
  get(std::as_writable_bytes(std::span(&value, 1)));
  return value;
}

std::string InputPlan::Reader::get_text() {
  std::string text(get<std::uint32_t>(), '\0');
  get(std::as_writable_bytes(std::span(text)));
  return text;
}

std::optional<InputPlan::Item> InputPlan::Reader::next() {
  if (remaining_ == 0) return std::nullopt;
  --remaining_;
  const auto kind = get<Kind>();
  Item item{{get_text(), nullptr}, {}};
  item.input.columns.resize(get<std::uint32_t>());
  for (std::string& column : item.input.columns) column = get_text();
  item.identity.size = get<std::uint64_t>();
  item.identity.mtime_ns = get<std::int64_t>();
  switch (kind) {
    case Kind::file:
      item.input.source = std::make_unique<FileSource>(item.input.name);
      break;
    case Kind::memory:
      item.input.source = std::make_unique<MemorySource>(plan_->in_memory_.front());
      break;
    case Kind::failed: {
      const auto failure = get<FailureKind>();
      item.input.source = std::make_unique<FailedSource>(get_text(), failure, item.identity);
      break;
    }
    case Kind::tar:
      item.input.source =
          std::make_unique<ListedMember>(plan_->tars_.at(get<std::uint32_t>()), item.identity);
      break;
  }
  return item;
}

}  // namespace vit_embed
