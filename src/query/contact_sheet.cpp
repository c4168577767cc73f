#include "query/contact_sheet.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/atomic_file.h"
#include "query/contact_sheet_style.h"
#include "query/data_uri.h"
#include "query/html_text.h"

namespace vit_embed {
namespace {

std::string counted(std::size_t count, std::string_view one, std::string_view several) {
  return fmt::format("{} {}", count, count == 1 ? one : several);
}

std::string file_name(const std::string& path) {
  const std::string name = std::filesystem::path(path).filename().native();
  return html_text(name.empty() ? path : name);
}

/// The page up to its first query. The policy lets it load nothing, whatever a name might have smuggled in.
std::string page_head(const IndexedEmbeddings& rows, const QueryReport& report) {
  const auto live = static_cast<std::size_t>(std::ranges::count(rows.names.live(), 1));
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" "
      "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>Nearest images in {0}</title>\n"
      "<style>{1}</style>\n</head>\n<body>\n<header>\n<h1>Nearest images</h1>\n"
      "<p>{2}, {3} of <span title=\"{0}\">{4}</span>, by cosine</p>\n</header>\n<main>\n",
      html_text(rows.source.native()), kContactSheetStyle, counted(report.answers.size(), "query", "queries"),
      counted(live, "row", "rows"), file_name(rows.source.native()));
}

std::string picture(std::span<const std::byte> jpeg, std::string_view alt, const std::string& reason) {
  if (jpeg.empty())
    return fmt::format("<div class=\"frame missing\"><span>{}</span></div>\n", html_text(reason));
  return fmt::format("<div class=\"frame\"><img alt=\"{}\" src=\"{}\"></div>\n", alt, jpeg_data_uri(jpeg));
}

std::string query_card(const QueryAnswer& answer) {
  return fmt::format(
      "<section>\n<div class=\"query\">\n{}<h2 title=\"{}\"><small>Query</small><br>{}</h2>\n</div>\n",
      picture(answer.thumbnail, "Query: " + file_name(answer.name),
              answer.failure ? answer.failure->reason : "no picture"),
      html_text(answer.name), file_name(answer.name));
}

std::string result(std::size_t rank, const Neighbor& neighbor, const SheetTile& tile) {
  return fmt::format(
      "<li>{0}<div class=\"bar\"><i style=\"width:{1:.1f}%\"></i></div>\n"
      "<div class=\"score\"><b>{2:.4f}</b><span>#{3}</span></div>\n"
      "<div class=\"name\" title=\"{4}\">{5}</div></li>\n",
      picture(tile.jpeg, file_name(neighbor.name), tile.reason), 100 * std::max(0.0, neighbor.cosine),
      neighbor.cosine, rank, html_text(neighbor.name), file_name(neighbor.name));
}

std::string results(const QueryAnswer& answer, const TileOptions& options, const Runtime& runtime) {
  if (answer.failure) return "<p class=\"none\">Not searched: the image could not be read.</p>\n";
  if (answer.neighbors.empty()) return "<p class=\"none\">Nothing found.</p>\n";
  const std::vector<SheetTile> tiles = make_tiles(answer.neighbors, options, runtime);
  std::string list = "<ol>\n";
  for (std::size_t i = 0; i < tiles.size(); ++i) list += result(i + 1, answer.neighbors[i], tiles[i]);
  return list + "</ol>\n";
}

}  // namespace

void write_contact_sheet(const std::filesystem::path& page, const IndexedEmbeddings& rows,
                         const QueryReport& report, const TileOptions& options, const Runtime& runtime,
                         std::stop_token stop) {
  AtomicFile file(page);
  file.write(page_head(rows, report));
  for (const QueryAnswer& answer : report.answers) {
    if (stop.stop_requested()) return;
    file.write(query_card(answer));
    file.write(results(answer, options, runtime));
    file.write("</section>\n");
  }
  file.write("</main>\n</body>\n</html>\n");
  file.commit();
}

}  // namespace vit_embed
