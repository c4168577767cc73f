#include "formats/journal.h"

#include <fcntl.h>

#include <concepts>
#include <cstring>

#include "base/error.h"
#include "formats/digest.h"

namespace vit_embed {
namespace {

constexpr std::string_view kMagic = "VITJRNL1";
constexpr std::uint32_t kLongestPayload = std::uint32_t{1} << 30;

template <std::integral T>
void put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

/// Takes values off the front of a payload; `good` turns false where it is too short.
struct PayloadReader {
  std::string_view rest;
  bool good = true;

  template <std::integral T>
  T get() {
    T value{};
    const std::string_view bytes = take(sizeof(T));
    if (good) std::memcpy(&value, bytes.data(), sizeof(T));
    return value;
  }

  std::string_view take(std::size_t size) {
    good = good && size <= rest.size();
    if (!good) return {};
    const std::string_view taken = rest.substr(0, size);
    rest.remove_prefix(size);
    return taken;
  }
};

std::string encode(const JournalBatch& batch) {
  std::string payload;
  put(payload, static_cast<std::uint32_t>(batch.entries.size()));
  for (const JournalEntry& entry : batch.entries) {
    put(payload, static_cast<std::uint32_t>(entry.name.size()));
    payload += entry.name;
    put(payload, entry.identity.size);
    put(payload, entry.identity.mtime_ns);
    put(payload, static_cast<std::uint8_t>(entry.outcome));
  }
  put(payload, static_cast<std::uint32_t>(batch.marks.size()));
  for (const AppendMark& mark : batch.marks) {
    put(payload, mark.length);
    put(payload, mark.xxh3);
  }
  return payload;
}

std::optional<JournalBatch> decode(std::string_view payload) {
  PayloadReader reader{payload};
  JournalBatch batch;
  for (auto n = reader.get<std::uint32_t>(); n > 0 && reader.good; --n) {
    JournalEntry entry;
    entry.name = reader.take(reader.get<std::uint32_t>());
    entry.identity.size = reader.get<std::uint64_t>();
    entry.identity.mtime_ns = reader.get<std::int64_t>();
    entry.outcome = static_cast<Outcome>(reader.get<std::uint8_t>());
    reader.good = reader.good && entry.outcome <= Outcome::transient_failure;
    batch.entries.push_back(std::move(entry));
  }
  for (auto n = reader.get<std::uint32_t>(); n > 0 && reader.good; --n) {
    AppendMark mark;
    mark.length = reader.get<std::uint64_t>();
    mark.xxh3 = reader.get<std::uint64_t>();
    batch.marks.push_back(mark);
  }
  return reader.good && reader.rest.empty() ? std::optional(std::move(batch)) : std::nullopt;
}

}  // namespace

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::row:
      return "row";
    case Outcome::permanent_failure:
      return "permanent";
    case Outcome::transient_failure:
      return "transient";
  }
  return {};
}

Outcome outcome_from_string(std::string_view text) {
  for (const Outcome outcome : {Outcome::row, Outcome::permanent_failure, Outcome::transient_failure}) {
    if (to_string(outcome) == text) return outcome;
  }
  throw FatalError("'" + std::string(text) + "' is no outcome");
}

JournalWriter JournalWriter::create(const std::filesystem::path& path) {
  return JournalWriter(AppendFile::create(path, kMagic));
}

JournalWriter JournalWriter::resume(const std::filesystem::path& path, std::uint64_t length) {
  if (length < kMagic.size()) return create(path);
  AppendFile file = AppendFile::reopen(path, kMagic.size());
  file.rewind(length);
  return JournalWriter(std::move(file));
}

void JournalWriter::append(const JournalBatch& batch) {
  const std::string payload = encode(batch);
  std::string record;
  put(record, static_cast<std::uint32_t>(payload.size()));
  record += payload;
  put(record, xxh3(std::as_bytes(std::span(payload))));
  file_.append(record);
  file_.mark();
}

JournalReader::JournalReader(const std::filesystem::path& path)
    : file_(FileDescriptor::open(path, O_RDONLY)) {
  std::string magic(kMagic.size(), '\0');
  file_.read_some(std::as_writable_bytes(std::span(magic)));
  readable_ = magic == kMagic;
  if (readable_) position_ = kMagic.size();
}

std::optional<JournalBatch> JournalReader::next() {
  std::uint32_t length = 0;
  std::uint64_t hash = 0;
  const auto read_whole = [this](std::span<std::byte> bytes) {
    return file_.read_some(bytes) == bytes.size();
  };
  readable_ = readable_ && read_whole(std::as_writable_bytes(std::span(&length, 1))) &&
              length <= kLongestPayload && position_ + length <= file_.size();
  if (!readable_) return std::nullopt;
  std::string payload(length, '\0');
  readable_ = read_whole(std::as_writable_bytes(std::span(payload))) &&
              read_whole(std::as_writable_bytes(std::span(&hash, 1))) &&
              hash == xxh3(std::as_bytes(std::span(payload)));
  std::optional<JournalBatch> batch = readable_ ? decode(payload) : std::nullopt;
  readable_ = batch.has_value();
  if (readable_) position_ += sizeof(length) + length + sizeof(hash);
  return batch;
}

}  // namespace vit_embed
