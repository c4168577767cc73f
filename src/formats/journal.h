#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/append_file.h"
#include "formats/inputs_digest.h"

// X.partial/journal: which inputs are done, and up to where each file is theirs
// =============================================================================
// The eight bytes "VITJRNL1", then one record a batch. All integers are little endian.
//
//   record   uint32 length of the payload, the payload, uint64 XXH3 of the payload
//   payload  uint32 number of entries
//            per entry: uint32 length of the name, the name, uint64 size, int64 mtime_ns, uint8 outcome
//            uint32 number of marks; per mark: uint64 length, uint64 XXH3 (append_file.h)
//
// Batches stand in input order, whole: a batch's rows are in the files before its record is. The marks are of
// the run's files in a fixed order (partial_run.h). A record that is cut or does not hash ends the journal,
// as does one whose marks do not hold; what stands behind is dropped.
//
// History: 1, the first.

namespace vit_embed {

enum class Outcome : std::uint8_t { row = 0, permanent_failure = 1, transient_failure = 2 };

/// "row", "permanent", "transient".
std::string_view to_string(Outcome outcome);
/// Throws FatalError, naming no file.
Outcome outcome_from_string(std::string_view text);

struct JournalEntry {
  std::string name;
  FileIdentity identity;  ///< as it was when the file was read
  Outcome outcome = Outcome::row;

  bool operator==(const JournalEntry&) const = default;
};

struct JournalBatch {
  std::vector<JournalEntry> entries;
  std::vector<AppendMark> marks;

  bool operator==(const JournalBatch&) const = default;
};

class JournalWriter {
 public:
  static JournalWriter create(const std::filesystem::path& path);
  /// Goes on behind `length` bytes, dropping the rest.
  static JournalWriter resume(const std::filesystem::path& path, std::uint64_t length);

  /// Hands the record to the kernel: it survives this process.
  void append(const JournalBatch& batch);
  void sync() { file_.sync(); }

 private:
  explicit JournalWriter(AppendFile file) : file_(std::move(file)) {}

  AppendFile file_;
};

class JournalReader {
 public:
  /// A file that is no journal reads as one without records. Throws FatalError where it cannot be opened.
  explicit JournalReader(const std::filesystem::path& path);

  /// The next whole record; nothing at the end or at the first damage.
  std::optional<JournalBatch> next();
  /// Bytes up to the end of the last record that next() returned.
  std::uint64_t position() const { return position_; }

 private:
  FileDescriptor file_;
  std::uint64_t position_ = 0;
  bool readable_ = true;
};

}  // namespace vit_embed
