#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/error.h"
#include "base/interrupt.h"
#include "cli/commands.h"
#include "cli/download_status.h"
#include "cli/exit_code.h"
#include "cli/output_folder.h"
#include "cli/preprocessing_flags.h"
#include "cli/stderr_capture.h"
#include "runtime/runtime.h"

namespace vit_embed {
namespace {

struct ExportFlags {
  ExportOptions options;
  std::string image_size;
  std::uint64_t seed = 0;
  bool random = false;
  bool quiet = false;
};

int run_export(ExportFlags& flags, Console& console) {
  if (flags.quiet) console.set_level(LogLevel::error);
  if (flags.random) flags.options.random_seed = flags.seed;
  flags.options.image_size = image_size_of_flag(flags.image_size);
  if (flags.options.source.empty() && !flags.random) {
    throw UsageError("give a Hub id, a directory or a .safetensors file to export, or --random-weights SEED");
  }
  require_output_folder(flags.options.output);
  const InterruptWatch interrupt;
  flags.options.stop = interrupt.token();
  DownloadStatus status(console);
  if (!flags.quiet) flags.options.on_download = [&](const DownloadProgress& p) { status.show(p); };
  const StderrCapture capture(console.log_sink());
  const std::unique_ptr<Runtime> runtime = open_runtime(console.log_sink());
  ModelMetadata model;
  try {
    model = runtime->export_model(flags.options);
  } catch (const StoppedError& e) {
    console.log(LogLevel::warning, e.what());
    return 128 + interrupt.signal();
  }
  if (model.random_weights) {
    console.log(LogLevel::warning, "RANDOM WEIGHTS: the embeddings of this model mean nothing");
  }
  const Architecture& a = model.architecture;
  console.log(LogLevel::info,
              fmt::format("{}: ViT, {} layers, hidden size {}, {} in patches of {}, {}",
                          flags.options.output.native(), a.num_hidden_layers, a.hidden_size,
                          to_string(a.image_size), a.patch_size, a.pooler ? "with pooler" : "no pooler"));
  return kExitDone;
}

}  // namespace

void add_export_command(CLI::App& program, CommandContext& context) {
  auto flags = std::make_shared<ExportFlags>();
  CLI::App* command = program.add_subcommand("export", "Make a TorchScript model file from weights");
  command
      ->add_option("SOURCE", flags->options.source,
                   "Directory in the Hub's layout (config.json, model.safetensors), a .safetensors file, or "
                   "ORG/NAME, which is downloaded from the Hub")
      ->type_name("FILE");
  command->add_option("-o,--output", flags->options.output, "The model file to write")
      ->type_name("FILE")
      ->required();
  command
      ->add_option(
          "--image-size", flags->image_size,
          "Take images of this size, N or HEIGHTxWIDTH, and interpolate the position embeddings to it")
      ->type_name("SIZE");
  command
      ->add_option("--revision", flags->options.revision,
                   "Branch, tag or commit of ORG/NAME; main unless told")
      ->type_name("REVISION");
  CLI::Option* seed = command
                          ->add_option("--random-weights", flags->seed,
                                       "Draw the weights from this seed; without SOURCE, of a ViT-L/16")
                          ->type_name("SEED");
  command->add_flag("-q,--quiet", flags->quiet, "Say nothing but errors");
  command->footer(
      "Downloads go to the Hub's cache, which Python's huggingface_hub shares.\n"
      "Environment: HF_TOKEN, else the token of huggingface-cli login; HF_ENDPOINT;\n"
      "HF_HUB_CACHE or HF_HOME; HF_HUB_OFFLINE=1; https_proxy.");
  command->callback([flags, seed, &context] {
    flags->random = seed->count() > 0;
    context.run = [flags, &context] { return run_export(*flags, context.console); };
  });
}

}  // namespace vit_embed
