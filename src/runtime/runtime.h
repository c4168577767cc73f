#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/download_progress.h"
#include "base/log.h"
#include "formats/decode_options.h"
#include "formats/feature.h"
#include "formats/instruction_set.h"
#include "formats/model_description.h"
#include "formats/model_metadata.h"
#include "formats/precision.h"
#include "formats/stored_rows.h"

// The boundary: all that the command line and the pipeline know of images and models. It stands in a module
// that open_runtime() loads when a model or an image is first needed; what links LibTorch (0.5 to 0.7 s,
// 108 MB) stands in another, which the first loads when it is.
// Only pure virtual classes, spans and std types cross it, and the typed errors of base/error.h.

namespace vit_embed {

/// How the images of a model file that does not say it itself are preprocessed: as the processor's file says
/// or, where there is none, by ViTImageProcessor's defaults (224x224, bilinear, mean and std 0.5), but for
/// what else is given.
struct PreprocessingOptions {
  std::filesystem::path processor_config;  ///< a preprocessor_config.json; may be empty
  std::optional<ImageSize> image_size;
  std::optional<Resample> resample;
  std::optional<std::array<double, 3>> image_mean;
  std::optional<std::array<double, 3>> image_std;

  bool operator==(const PreprocessingOptions&) const = default;
};

/// What runs the forward.
enum class EngineChoice {
  automatic,    ///< native where it takes the file, else TorchScript, which is said once
  native,       ///< ours, on the CPU; a file that it does not take is a FatalError
  torchscript,  ///< the file's own graph in LibTorch, fp32
};

struct LoadOptions {
  std::string device = "cpu";  ///< where the forward runs: "cpu" is all there is
  int num_threads = 1;         ///< threads of one forward
  EngineChoice engine = EngineChoice::automatic;
  Precision precision = Precision::fp32;     ///< of the forward's products; others than fp32: native only
  InstructionSet isa = InstructionSet::amx;  ///< an upper bound, of the native engine; one a process
  PreprocessingOptions preprocessing = {};   ///< of a foreign file; our own bring theirs
};

/// A loaded model together with its preprocessing.
class Model {
 public:
  virtual ~Model() = default;

  virtual const ModelDescription& description() const = 0;
  /// The engine that runs the forward: "native" or "torchscript".
  virtual std::string engine() const = 0;
  /// The widest that the forward uses.
  virtual InstructionSet instruction_set() const = 0;

  /// Decodes and preprocesses one encoded image into `pixel_values`, float32 [3, H, W]. Throws InputError
  /// with the reason, FatalError where the codecs are not installed. May be called from several threads at
  /// once. Blocks for the time of one decode; never touches a file.
  virtual void preprocess(std::span<const std::byte> encoded, const DecodeOptions& options,
                          std::span<float> pixel_values) const = 0;

  /// The forward of `batch_size` images, float32 [batch_size, 3, H, W], into every output. Blocks for the
  /// whole forward. One call at a time. A feature the model lacks is a FatalError.
  virtual void encode(std::span<const float> pixel_values, std::size_t batch_size,
                      std::span<const FeatureOutput> outputs) = 0;
};

struct ExportOptions {
  /// A directory in the Hub's layout, a .safetensors file with its config.json beside it, or, where nothing
  /// of that name is there, a repository of the Hub, which is downloaded. May be empty with `random_seed`:
  /// then the architecture is ViT-L/16 at 224x224.
  std::filesystem::path source;
  std::string revision;          ///< of a repository of the Hub: a branch, a tag or a commit; "" for main
  std::filesystem::path output;  ///< the TorchScript file; replaced atomically
  std::optional<std::uint64_t> random_seed;  ///< weights drawn from this seed instead of read
  /// Of the images; position embeddings are interpolated to it. Nothing: the configurations'.
  std::optional<ImageSize> image_size;
  DownloadObserver on_download;  ///< may be empty
  std::stop_token stop;          ///< ends a download, which is kept; looked at before the file is written
};

/// A library behind the boundary and its version: of LibTorch, that which was built against.
struct LibraryVersion {
  std::string name;
  std::string version;
};

class Runtime {
 public:
  virtual ~Runtime() = default;

  /// Reads, checks and writes a whole model. Blocks for the time of downloading, reading and writing the
  /// weights. Throws FatalError naming every missing, extra or misshapen tensor, or what to do where the Hub
  /// does not give the files; StoppedError at a stop.
  virtual ModelMetadata export_model(const ExportOptions& options) = 0;

  /// A file of `vit-embed export`, or TorchScript of another origin: that is run on made-up images to see
  /// what it gives, which runs its code. Throws FatalError naming the file, and the remedy where there is
  /// one.
  virtual std::unique_ptr<Model> load_model(const std::filesystem::path& model_file,
                                            const LoadOptions& options) = 0;

  /// For each of `queries`, float32 [Q, rows.row_size], the rows with the largest cosines: exact, the largest
  /// first, of equal ones the one that stands first. A row without a direction (zero, or not finite) is never
  /// a result; a query without one has none. Blocks for one pass over the rows, which all queries share; the
  /// memory that it takes does not grow with the rows. Throws std::invalid_argument where sizes do not fit.
  virtual std::vector<std::vector<SimilarRow>> find_similar_rows(const StoredRows& rows,
                                                                 std::span<const float> queries,
                                                                 const RowSearch& search) const = 0;

  /// A JPEG of the image, no side longer than `max_side`, > 0, its proportions kept; a smaller image keeps
  /// its size. Throws InputError with the reason, as Model::preprocess() does. May be called from several
  /// threads at once. Blocks for the time of one decode.
  virtual std::vector<std::byte> make_thumbnail(std::span<const std::byte> encoded,
                                                const DecodeOptions& options, int max_side) const = 0;

  /// Of those in use: LibTorch, and the BLAS that it runs on, only once something needed it.
  virtual std::vector<LibraryVersion> library_versions() const = 0;
};

/// Opens the module: beside the program (a build tree) or in LIBDIR/vit-embed (an installation). Blocks for
/// the dynamic loader. Messages of the libraries behind the boundary go to `log`, which must outlive
/// the runtime. Throws FatalError where the module is missing or of another build.
std::unique_ptr<Runtime> open_runtime(LogSink log);

/// For who opens it only where it is needed.
using RuntimeOpener = std::function<std::unique_ptr<Runtime>()>;

/// What the module exports: `extern "C" Runtime* vit_embed_create_runtime(const char* version, const LogSink*
/// log)`, null where `version` is not its own.
inline constexpr const char* kCreateRuntimeSymbol = "vit_embed_create_runtime";
using CreateRuntime = Runtime*(const char* version, const LogSink* log);

}  // namespace vit_embed
