#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "formats/decode_options.h"
#include "formats/fingerprint.h"
#include "formats/meta.h"

// X.partial/run.json: what an unfinished run was doing
// ====================================================
// Written once, when X.partial is set up, and compared with the options of the run that wants to go on from
// it. format_version 1, format, fingerprints (one a feature, in the order asked for), batch_size,
// num_threads, on_error ("skip", "nan" or "fail"), max_pixels (absent: kDefaultMaxPixels),
// columns and shard (as one text each; absent: none), build: the rows of
// an engine may depend on batch size and threads, so they are part of what has to fit. The native engine's do
// not; there batch_size is only where the journal's batches are cut.
//
// History: 1, the first.

namespace vit_embed {

inline constexpr int kRunRecordFormatVersion = 1;

struct RunRecord {
  std::string format;
  std::vector<Fingerprint> fingerprints;
  std::uint64_t batch_size = 0;
  int num_threads = 0;
  std::string on_error;
  std::uint64_t max_pixels = kDefaultMaxPixels;
  std::string columns;  ///< OutputMeta::columns, with commas between
  std::string shard;    ///< OutputMeta::shard's text, "" for none
  BuildInfo build;
};

/// Whether, of two runs that are the same but for that, the number of threads can make a difference to the
/// rows: not with the native engine, and none that is worth telling beside another engine's.
bool rows_follow_threads(const RunRecord& then, const RunRecord& now);

std::string to_json(const RunRecord& record);
/// Throws FatalError naming the file.
RunRecord read_run_record(const std::filesystem::path& path);

/// Every field in which the two differ, as "batch_size: 8 then, 4 now".
std::vector<std::string> differences(const RunRecord& then, const RunRecord& now);

}  // namespace vit_embed
