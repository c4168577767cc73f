#include "cli/compute_flags.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdlib>

#include "base/error.h"
#include "runtime/processors.h"

namespace vit_embed {
namespace {

constexpr std::size_t kLargestBatch = 4096;
constexpr std::size_t kAutoBatch = 8;
constexpr const char* kModelVariable = "VIT_EMBED_MODEL";

std::size_t choose_batch_size(const std::string& text) {
  if (text == "auto") return kAutoBatch;
  std::size_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  if (error != std::errc{} || end != text.data() + text.size() || size == 0 || size > kLargestBatch) {
    throw UsageError(fmt::format("--batch-size '{}': auto, or 1 to {}", text, kLargestBatch));
  }
  return size;
}

void check_engine(const ComputeFlags& flags) {
  if (flags.engine != "torchscript") return;
  if (flags.precision != "fp32") {
    throw UsageError(fmt::format("--precision {} needs the native engine: --engine torchscript has fp32 only",
                                 flags.precision));
  }
  if (!flags.isa.empty()) throw UsageError("--isa bounds the native engine: not with --engine torchscript");
}

/// What becomes of the model where -m does not say it.
const char* said_of_default(ModelChoice choice) {
  switch (choice) {
    case ModelChoice::by_flags:
      return "";
    case ModelChoice::by_flags_or_store:
      return "; unless told that of the store's last run, of a new store $VIT_EMBED_MODEL";
    case ModelChoice::by_rows:
      return "; unless told that of the store, with --embeddings $VIT_EMBED_MODEL";
    case ModelChoice::by_store:
      return "; unless told that of the store's last run";
  }
  return "";
}

void add_model_flags(CLI::App& command, ComputeFlags& flags, ModelChoice choice) {
  CLI::Option* model =
      command
          .add_option("-m,--model", flags.model,
                      std::string("Model file, made by vit-embed export, or other TorchScript") +
                          said_of_default(choice))
          ->type_name("FILE");
  if (choice == ModelChoice::by_rows || choice == ModelChoice::by_store) return;
  if (choice == ModelChoice::by_flags) model->required()->envname(kModelVariable);
  command
      .add_option("--precision", flags.precision, "Of the forward's products: fp32; bf16 and int8 are faster")
      ->capture_default_str()
      ->check(CLI::IsMember({"fp32", "bf16", "int8"}))
      ->group("Run");
}

void add_engine_flags(CLI::App& command, ComputeFlags& flags) {
  command
      .add_option(
          "--engine", flags.engine,
          "native (ours), torchscript (the file's own graph), or auto: native where it takes the file")
      ->capture_default_str()
      ->check(CLI::IsMember({"auto", "native", "torchscript"}))
      ->group("Run");
  command
      .add_option("--isa", flags.isa, "The native engine uses no more than this; the processor's unless told")
      ->check(CLI::IsMember({"avx2", "avx512", "avx512-vnni", "avx512-bf16", "amx"}))
      ->group("Run");
}

}  // namespace

void add_compute_flags(CLI::App& command, ComputeFlags& flags, ModelChoice choice) {
  add_model_flags(command, flags, choice);
  add_engine_flags(command, flags);
  command.add_option("--device", flags.device, "Where the forward runs: cpu")
      ->type_name("DEVICE")
      ->capture_default_str()
      ->group("Run");
  command.add_option("--batch-size", flags.batch_size, "Images in a forward, or auto")
      ->type_name("N")
      ->capture_default_str()
      ->group("Run");
  command
      .add_option("--threads", flags.threads,
                  "Threads for forward and decoding; 0: as many as cores, or as the CPU quota gives")
      ->type_name("N")
      ->capture_default_str()
      ->check(CLI::Range(0, 1024))
      ->group("Run");
}

std::filesystem::path model_of_environment() {
  const char* model = std::getenv(kModelVariable);
  return model == nullptr ? "" : model;
}

void apply_compute_flags(const ComputeFlags& flags, EmbeddingOptions& options) {
  check_engine(flags);
  options.model = flags.model;
  options.device = flags.device;
  options.batch_size = choose_batch_size(flags.batch_size);
  options.num_threads = flags.threads > 0 ? flags.threads : available_processors();
  options.engine = flags.engine == "native"        ? EngineChoice::native
                   : flags.engine == "torchscript" ? EngineChoice::torchscript
                                                   : EngineChoice::automatic;
  options.precision = *precision_from_string(flags.precision);
  if (!flags.isa.empty()) options.isa = *instruction_set_from_string(flags.isa);
}

}  // namespace vit_embed
