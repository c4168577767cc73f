#include "cli/query_report.h"

#include <fmt/format.h>

#include "cli/printable.h"
#include "formats/csv.h"
#include "output/jsonl_rows.h"

namespace vit_embed {
namespace {

void append_json_answer(std::string& json, const QueryAnswer& answer) {
  json += "{\"query\":";
  append_json_string(json, answer.name);
  json += ",\"results\":[";
  for (std::size_t i = 0; i < answer.neighbors.size(); ++i) {
    const Neighbor& neighbor = answer.neighbors[i];
    json +=
        fmt::format("{}{{\"rank\":{},\"score\":{:.7f},\"path\":", i == 0 ? "" : ",", i + 1, neighbor.cosine);
    append_json_string(json, neighbor.name);
    json += '}';
  }
  json += "]}";
}

}  // namespace

std::string answers_as_text(const std::vector<QueryAnswer>& answers) {
  std::string text;
  for (const QueryAnswer& answer : answers) {
    if (answer.failure) continue;
    if (!text.empty()) text += '\n';
    text += printable_name(answer.name) + '\n';
    for (const Neighbor& neighbor : answer.neighbors)
      text += fmt::format("  {:.4f}  {}\n", neighbor.cosine, printable_name(neighbor.name));
  }
  return text;
}

std::string answers_as_csv(const std::vector<QueryAnswer>& answers) {
  std::string csv = "query,rank,score,path\n";
  for (const QueryAnswer& answer : answers) {
    for (std::size_t i = 0; i < answer.neighbors.size(); ++i) {
      append_csv_field(csv, answer.name);
      csv += fmt::format(",{},{:.7f},", i + 1, answer.neighbors[i].cosine);
      append_csv_field(csv, answer.neighbors[i].name);
      csv += '\n';
    }
  }
  return csv;
}

std::string answers_as_json(const std::vector<QueryAnswer>& answers) {
  std::string json;
  for (const QueryAnswer& answer : answers) {
    if (answer.failure) continue;
    json += json.empty() ? "[\n" : ",\n";
    append_json_answer(json, answer);
  }
  return json.empty() ? "[]\n" : json + "\n]\n";
}

}  // namespace vit_embed
