#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "formats/append_file.h"
#include "output/output_spec.h"

namespace vit_embed {

/// How a row stands in a file: one class a format.
class RowWriter {
 public:
  virtual ~RowWriter() = default;
  /// `columns`: what stands for the image in each of OutputSpec::columns.
  virtual void write_row(std::string_view name, std::span<const std::string> columns,
                         std::span<const float> row) = 0;
};

/// What the file starts with, before its first row.
std::string rows_header(const OutputSpec& spec, const FeatureSpec& feature);
/// `file` must outlive the writer.
std::unique_ptr<RowWriter> make_row_writer(const OutputSpec& spec, const FeatureSpec& feature,
                                           AppendFile& file);

}  // namespace vit_embed
