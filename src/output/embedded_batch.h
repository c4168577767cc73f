#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "formats/inputs_digest.h"

namespace vit_embed {

struct InputFailure {
  FailureKind kind = FailureKind::permanent;
  std::string reason;
};

struct BatchEntry {
  std::string name = {};
  std::vector<std::string> columns = {};     ///< what stands for it in each of OutputSpec::columns
  FileIdentity identity = {};                ///< of what was read
  std::optional<InputFailure> failure = {};  ///< nothing: it has a row, or was embedded before
  /// SHA-256 of what was read, 32 bytes; empty where it was not read, or not asked for.
  std::string content = {};
  bool embedded_before = false;  ///< PipelineOptions::is_embedded said so: it has no row here

  bool has_row() const { return !failure && !embedded_before; }
};

/// A batch of inputs with what came of each, in input order.
struct EmbeddedBatch {
  std::vector<BatchEntry> entries;
  /// Per feature, in the order they were asked for: the rows of the entries that have one, one behind the
  /// other.
  std::vector<std::vector<float>> rows;
};

/// Takes batches in input order.
class BatchWriter {
 public:
  virtual ~BatchWriter() = default;
  /// Throws FatalError where the output cannot take it.
  virtual void write(const EmbeddedBatch& batch) = 0;
};

}  // namespace vit_embed
