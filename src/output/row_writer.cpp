#include "output/row_writer.h"

#include "formats/npy.h"
#include "output/csv_rows.h"
#include "output/jsonl_rows.h"
#include "output/npy_rows.h"

namespace vit_embed {

std::string rows_header(const OutputSpec& spec, const FeatureSpec& feature) {
  switch (spec.format) {
    case OutputFormat::npy:
      return npy_header(feature.fingerprint.dtype, feature.shape(0));
    case OutputFormat::csv:
      return csv_rows_header(spec.columns, feature.row_size());
    case OutputFormat::jsonl:
      return {};
  }
  return {};
}

std::unique_ptr<RowWriter> make_row_writer(const OutputSpec& spec, const FeatureSpec& feature,
                                           AppendFile& file) {
  const ElementType dtype = feature.fingerprint.dtype;
  switch (spec.format) {
    case OutputFormat::npy:
      return std::make_unique<NpyRows>(file, dtype);
    case OutputFormat::csv:
      return std::make_unique<CsvRows>(file, dtype);
    case OutputFormat::jsonl:
      return std::make_unique<JsonlRows>(file, dtype, spec.columns);
  }
  return nullptr;
}

}  // namespace vit_embed
