#include "formats/run_record.h"

#include "formats/json_fields.h"

namespace vit_embed {
namespace {

using nlohmann::json;

json record_to_json(const RunRecord& r) {
  json fingerprints = json::array();
  for (const Fingerprint& fingerprint : r.fingerprints)
    fingerprints.push_back(fingerprint_to_json(fingerprint));
  return {{"format_version", kRunRecordFormatVersion},
          {"format", r.format},
          {"fingerprints", std::move(fingerprints)},
          {"batch_size", r.batch_size},
          {"num_threads", r.num_threads},
          {"on_error", r.on_error},
          {"max_pixels", r.max_pixels},
          {"columns", r.columns},
          {"shard", r.shard},
          {"build", build_to_json(r.build)}};
}

RunRecord record_from_json(const json& j) {
  check_format_version(j, kRunRecordFormatVersion);
  RunRecord r;
  j.at("format").get_to(r.format);
  for (const json& fingerprint : j.at("fingerprints"))
    r.fingerprints.push_back(fingerprint_from_json(fingerprint));
  r.batch_size = integer_from_json<std::uint64_t>(j.at("batch_size"));
  r.num_threads = integer_from_json<int>(j.at("num_threads"));
  j.at("on_error").get_to(r.on_error);
  if (j.contains("max_pixels")) r.max_pixels = integer_from_json<std::uint64_t>(j["max_pixels"]);
  if (j.contains("columns")) j["columns"].get_to(r.columns);
  if (j.contains("shard")) j["shard"].get_to(r.shard);
  r.build = build_from_json(j.at("build"));
  return r;
}

}  // namespace

bool rows_follow_threads(const RunRecord& then, const RunRecord& now) {
  return then.build.engine == now.build.engine && now.build.engine != kNativeEngine;
}

std::string to_json(const RunRecord& record) {
  return dump_json(record_to_json(record));
}

RunRecord read_run_record(const std::filesystem::path& path) {
  return parse_json_file(path, record_from_json);
}

std::vector<std::string> differences(const RunRecord& then, const RunRecord& now) {
  return json_differences(record_to_json(then), record_to_json(now));
}

}  // namespace vit_embed
