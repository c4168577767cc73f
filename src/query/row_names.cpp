#include "query/row_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/error.h"
#include "formats/csv_records.h"

namespace vit_embed {
namespace {

std::optional<std::size_t> find_column(std::string_view header, std::string_view name) {
  for (std::size_t column = 0;; ++column) {
    const std::optional<std::string> field = csv_field(header, column);
    if (!field) return std::nullopt;
    if (*field == name) return column;
  }
}

std::optional<std::uint64_t> number_of(const std::optional<std::string>& field) {
  if (!field) return std::nullopt;
  std::uint64_t number = 0;
  const char* const last = field->data() + field->size();
  const auto [end, error] = std::from_chars(field->data(), last, number);
  if (error != std::errc{} || end != last) return std::nullopt;
  return number;
}

}  // namespace

RowNames::RowNames(std::unique_ptr<MappedFile> index, std::uint64_t rows)
    : file_(std::move(index)), live_(rows) {
  try {
    read_header();
    read_records(rows);
  } catch (const FatalError& e) {
    throw FatalError(fmt::format("index '{}': {}", file_->path().native(), e.what()));
  }
  if (!std::ranges::is_sorted(records_, {}, &Record::row))
    std::ranges::stable_sort(records_, {}, &Record::row);
}

std::vector<std::string> RowNames::names(std::uint64_t row) const {
  std::vector<std::string> names;
  for (const Record& record : std::ranges::equal_range(records_, row, {}, &Record::row))
    names.push_back(name_at(record.begin));
  return names;
}

void RowNames::read_header() {
  const std::string_view header = CsvRecords(text()).next().value_or("");
  const std::optional<std::size_t> row = find_column(header, "row");
  const std::optional<std::size_t> path = find_column(header, "path");
  if (!row || !path) throw FatalError("has no columns row and path");
  row_column_ = *row;
  path_column_ = *path;
  root_column_ = find_column(header, "root");
}

void RowNames::read_records(std::uint64_t rows) {
  CsvRecords records(text());
  records.next();
  records_.reserve(rows);
  while (const std::optional<std::string_view> record = records.next()) {
    const std::optional<std::uint64_t> row = number_of(csv_field(*record, row_column_));
    if (!row || *row >= rows)
      throw FatalError(fmt::format("'{:.60}' is not of one of the {} rows", *record, rows));
    records_.push_back({*row, static_cast<std::size_t>(record->data() - text().data())});
    live_[*row] = 1;
  }
}

std::string RowNames::name_at(std::size_t begin) const {
  const std::string_view record = *CsvRecords(text().substr(begin)).next();
  const std::string path = csv_field(record, path_column_).value_or("");
  if (!root_column_) return path;
  return (std::filesystem::path(csv_field(record, *root_column_).value_or("")) / path).native();
}

std::string_view RowNames::text() const {
  return {reinterpret_cast<const char*>(file_->bytes().data()), file_->bytes().size()};
}

}  // namespace vit_embed
