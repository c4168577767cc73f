#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string_view>

#include "base/log.h"
#include "inputs/input_options.h"
#include "output/output_format.h"
#include "output/partial_run.h"
#include "pipeline/embedding_options.h"
#include "pipeline/run_observer.h"
#include "runtime/runtime.h"

namespace vit_embed {

/// What becomes of an image that cannot be read or decoded.
enum class OnError {
  skip,  ///< it has no row
  nan,   ///< its row is NaN
  fail,  ///< the first one ends the run
};

std::string_view to_string(OnError on_error);

struct ExtractOptions : EmbeddingOptions {
  InputOptions inputs;
  std::filesystem::path output;  ///< "-" streams to stdout
  OutputFormat format = OutputFormat::npy;
  OnError on_error = OnError::skip;
  std::filesystem::path failures;  ///< a copy of the failure list; empty: only beside the output
  bool restart = false;            ///< discard an unfinished run, and make a finished output anew
  bool allow_mixed = false;        ///< go on from a run of another engine or instruction set

  bool streams() const { return output == "-"; }
};

struct ExtractReport {
  RunCounts counts;          ///< of all inputs, an earlier run's included
  bool up_to_date = false;   ///< the finished output was left alone
  bool interrupted = false;  ///< stopped before the end; what is done is kept unless it was streamed
  bool random_weights = false;
};

/// Embeds every input and publishes the output, or streams it. Lists all inputs before it opens the runtime,
/// unless it streams or they come once. Throws UsageError, FatalError, RefusedError and BusyError.
ExtractReport extract(const ExtractOptions& options, const RuntimeOpener& open_runtime, RunObserver& observer,
                      const LogSink& log, std::stop_token stop);

/// What extract() would write, without looking at inputs: fingerprints and row shapes. Throws FatalError
/// where the model does not have a feature.
OutputSpec make_output_spec(const ExtractOptions& options, const ModelDescription& model);

}  // namespace vit_embed
