#include "module/choose_engine.h"

#include <fmt/format.h>

#include <utility>

#include "base/error.h"
#include "encoder/native_encoder.h"
#include "encoder/native_foreign.h"

namespace vit_embed {

std::unique_ptr<Encoder> load_foreign_encoder(const std::filesystem::path& model_file,
                                              const Preprocessing& preprocessing, EngineChoice choice,
                                              const EncoderOptions& options, TorchModule& torch,
                                              const LogSink& log) {
  if (choice == EngineChoice::torchscript)
    return torch.open_for_forward(log).load_foreign_model(model_file, preprocessing, options, log).encoder;
  settle_native_options(options);  // before LibTorch's first product, which runs on the same oneDNN
  EncoderOptions in_fp32 = options;
  in_fp32.precision = Precision::fp32;
  ForeignModel model = torch.open().load_foreign_model(model_file, preprocessing, in_fp32, log);
  NativeFit fit = fit_native_encoder(model, options);
  if (fit.encoder) return std::move(fit.encoder);
  if (choice == EngineChoice::native || options.precision != Precision::fp32) {
    throw FatalError(fmt::format(
        "model file '{}': {} the native engine, which does not fit: {}", model_file.native(),
        choice == EngineChoice::native ? "--engine native asks for"
                                       : fmt::format("--precision {} needs", to_string(options.precision)),
        fit.reason));
  }
  log(LogLevel::info,
      fmt::format("model file '{}': runs on the TorchScript engine: {}", model_file.native(), fit.reason));
  torch.open_for_forward(log);  // warns of a slow BLAS, which matters only now
  return std::move(model.encoder);
}

}  // namespace vit_embed
