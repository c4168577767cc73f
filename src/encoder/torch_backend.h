#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/log.h"
#include "encoder/encoder.h"
#include "encoder/foreign_model.h"
#include "formats/model_metadata.h"
#include "hub/weight_source.h"

// All that module/ knows of LibTorch. What links it stands in a module of its own, vit-embed-torch.so, which
// is loaded when one of these is first needed: that takes 0.6 s and 165 MB, and a run of the native engine
// needs none of it. Only pure virtual classes and std types cross it, and the typed errors of base/error.h.

namespace vit_embed {

/// The BLAS that LibTorch's products run on: whatever libblas.so.3 the system has.
struct LoadedBlas {
  std::string name;     ///< "OpenBLAS", or the file's name for one that we do not know
  std::string version;  ///< "0.3.21, openmp, SkylakeX"; the file for one that does not say
  std::string warning;  ///< what makes it slow, and what to install; empty where nothing does
};

class TorchBackend {
 public:
  virtual ~TorchBackend() = default;

  /// See load_torchscript_encoder(): a file of `vit-embed export`.
  virtual std::unique_ptr<Encoder> load_encoder(const std::filesystem::path& model_file,
                                                const EncoderOptions& options) = 0;

  /// See load_foreign_model(): TorchScript of another origin, whose code is run.
  virtual ForeignModel load_foreign_model(const std::filesystem::path& model_file,
                                          const Preprocessing& preprocessing, const EncoderOptions& options,
                                          const LogSink& log) = 0;

  /// See torchscript/model_writer.h. What `weights` throws comes through.
  virtual void write_model_file(const std::filesystem::path& output, const ModelMetadata& metadata,
                                const WeightSource& weights) = 0;

  /// See loaded_blas.h.
  virtual std::optional<LoadedBlas> find_loaded_blas() const = 0;

  /// Of the LibTorch that was built against; it does not tell the version that is loaded.
  virtual std::string libtorch_version() const = 0;
};

/// What the module exports: `extern "C" TorchBackend* vit_embed_create_torch(const char* version)`, null
/// where `version` is not its own.
inline constexpr const char* kCreateTorchSymbol = "vit_embed_create_torch";
using CreateTorch = TorchBackend*(const char* version);

}  // namespace vit_embed
