#include "formats/meta.h"

#include "formats/json_fields.h"

namespace vit_embed {
namespace {

using nlohmann::json;

ShardInfo shard_from_json(const json& j) {
  const Shard shard{integer_from_json<std::uint32_t>(j.at("index")),
                    integer_from_json<std::uint32_t>(j.at("count"))};
  if (shard.index >= shard.count) throw FatalError("its shard is not one of those that there are");
  return {shard, shard_source_from_string(j.at("source").get<std::string>()),
          j.at("selection").get<std::string>()};
}

json shard_to_json(const ShardInfo& info) {
  return {{"index", info.shard.index},
          {"count", info.shard.count},
          {"source", to_string(info.source)},
          {"selection", info.selection}};
}

OutputMeta meta_from_json(const json& j) {
  check_format_version(j, kMetaFormatVersion);
  OutputMeta m;
  m.fingerprint = fingerprint_from_json(j.at("fingerprint"));
  m.build = build_from_json(j.at("build"));
  j.at("model").at("source").get_to(m.model_source);
  j.at("model").at("revision").get_to(m.model_revision);
  j.at("model").at("random_weights").get_to(m.random_weights);
  j.at("format").get_to(m.format);
  m.shape = integers_from_json<std::uint64_t>(j.at("shape"));
  m.nan_rows = j.at("failed_rows").get<std::string>() == "nan";
  if (j.contains("max_pixels")) m.max_pixels = integer_from_json<std::uint64_t>(j["max_pixels"]);
  if (j.contains("columns")) j["columns"].get_to(m.columns);
  if (j.contains("shard")) m.shard = shard_from_json(j["shard"]);
  m.inputs = integer_from_json<std::uint64_t>(j.at("inputs"));
  m.rows = integer_from_json<std::uint64_t>(j.at("rows"));
  m.permanent_failures = integer_from_json<std::uint64_t>(j.at("failures").at("permanent"));
  m.transient_failures = integer_from_json<std::uint64_t>(j.at("failures").at("transient"));
  j.at("inputs_digest").get_to(m.inputs_digest);
  j.at("rows_sha256").get_to(m.rows_sha256);
  j.at("index_sha256").get_to(m.index_sha256);
  return m;
}

}  // namespace

std::string to_json(const OutputMeta& m) {
  json fingerprint = fingerprint_to_json(m.fingerprint);
  fingerprint["id"] = m.fingerprint.id();
  json meta{
      {"format_version", kMetaFormatVersion},
      {"fingerprint", std::move(fingerprint)},
      {"build", build_to_json(m.build)},
      {"model",
       {{"source", m.model_source}, {"revision", m.model_revision}, {"random_weights", m.random_weights}}},
      {"format", m.format},
      {"shape", m.shape},
      {"failed_rows", m.nan_rows ? "nan" : "skipped"},
      {"max_pixels", m.max_pixels},
      {"columns", m.columns},
      {"inputs", m.inputs},
      {"rows", m.rows},
      {"failures", {{"permanent", m.permanent_failures}, {"transient", m.transient_failures}}},
      {"inputs_digest", m.inputs_digest},
      {"rows_sha256", m.rows_sha256},
      {"index_sha256", m.index_sha256}};
  if (m.shard) meta["shard"] = shard_to_json(*m.shard);
  return dump_json(meta);
}

OutputMeta output_meta_from_json(std::string_view text) {
  return parse_json(text, meta_from_json);
}

OutputMeta read_output_meta(const std::filesystem::path& path) {
  return parse_json_file(path, meta_from_json);
}

}  // namespace vit_embed
