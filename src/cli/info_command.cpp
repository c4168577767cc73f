#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/nearest_name.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/preprocessing_flags.h"
#include "cli/printable.h"
#include "cli/standard_streams.h"
#include "cli/stderr_capture.h"
#include "output/inspection.h"
#include "runtime/processors.h"
#include "runtime/runtime.h"

namespace vit_embed {
namespace {

using nlohmann::json;

std::string describe_features(const ModelDescription& m) {
  return fmt::format("cls [{0}]{1}, mean [{0}], tokens [{2}, {0}]", m.hidden_size,
                     m.pooler ? fmt::format(", pooler [{}]", m.hidden_size) : "", m.num_tokens);
}

void print_model(const std::string& path, const ModelMetadata& m) {
  const Architecture& a = m.architecture;
  const Preprocessing& p = m.preprocessing;
  print_out("{}: TorchScript model file\n", path);
  print_out("source:         {}{}\n", printable(m.source),
            m.revision.empty() ? "" : " at " + printable(m.revision));
  print_out(
      "weights:        {}, SHA-256 {}\n",
      m.random_weights ? fmt::format("RANDOM (seed {}): embeddings mean nothing", m.random_seed) : "trained",
      printable(m.weights_sha256));
  print_out("architecture:   ViT, {} layers, hidden size {}, {} heads, MLP {}, {}\n", a.num_hidden_layers,
            a.hidden_size, a.num_attention_heads, a.intermediate_size, printable(a.hidden_act));
  print_out("input:          {}, patches of {}, {} tokens\n", to_string(a.image_size), a.patch_size,
            a.num_tokens());
  print_out("features:       {}\n", describe_features(describe(m)));
  print_out("preprocessing:  {}, x {:.6g}, mean {}, std {}\n", to_string(p.resample), p.rescale_factor,
            p.image_mean, p.image_std);
}

void print_output(const OutputInspection& found) {
  print_out("{}: {}", found.path.native(), found.format);
  if (!found.shape.empty())
    print_out(", [{}]{}", fmt::join(found.shape, ", "), printable(found.element_type));
  print_out("\npublication:    {}\n",
            found.problems.empty() ? "whole" : fmt::format("{}", fmt::join(found.problems, "; ")));
  if (!found.meta) return;
  const OutputMeta& m = *found.meta;
  print_out("feature:        {}{}, {}\n", to_string(m.fingerprint.feature),
            m.fingerprint.l2_normalized ? ", length 1" : "", to_string(m.fingerprint.dtype));
  print_out("model:          {}{}{}\n", printable(m.model_source),
            m.model_revision.empty() ? "" : " at " + printable(m.model_revision),
            m.random_weights ? ", RANDOM WEIGHTS: embeddings mean nothing" : "");
  print_out("fingerprint:    {}\n", m.fingerprint.id());
  print_out("inputs:         {}, of which {} failed ({} permanent, {} transient)\n", m.inputs, m.failures(),
            m.permanent_failures, m.transient_failures);
  if (m.shard) print_out("shard:          {}\n", to_string(*m.shard));
  print_out("made by:        vit-embed {}, {} engine in {}, {}\n", printable(m.build.tool_version),
            printable(m.build.engine), to_string(m.fingerprint.precision),
            printable(m.build.instruction_set));
}

json output_to_json(const OutputInspection& found) {
  json result{{"path", found.path.native()},     {"kind", "output"},
              {"format", found.format},          {"shape", found.shape},
              {"whole", found.problems.empty()}, {"problems", found.problems}};
  result["meta"] = found.meta ? json::parse(to_json(*found.meta)) : json();
  return result;
}

/// Where nothing but running it tells what a model gives.
void print_foreign_model(const ModelDescription& m) {
  const Preprocessing& p = m.preprocessing;
  print_out("{}: TorchScript, not made by vit-embed export\n", m.source);
  print_out("file:           SHA-256 {}\n", m.weights_sha256);
  print_out("features:       {}\n", describe_features(m));
  print_out("preprocessing:  {}, {}, x {:.6g}, mean {}, std {} (as told here, not by the file)\n",
            to_string(p.image_size), to_string(p.resample), p.rescale_factor, p.image_mean, p.image_std);
}

json foreign_model_to_json(const ModelDescription& m) {
  const Preprocessing& p = m.preprocessing;
  return {{"path", m.source},
          {"kind", "foreign_model"},
          {"sha256", m.weights_sha256},
          {"hidden_size", m.hidden_size},
          {"num_tokens", m.num_tokens},
          {"pooler", m.pooler},
          {"preprocessing",
           {{"image_size", {p.image_size.height, p.image_size.width}},
            {"resample", to_string(p.resample)},
            {"rescale_factor", p.rescale_factor},
            {"image_mean", p.image_mean},
            {"image_std", p.image_std}}}};
}

struct InfoFlags {
  std::filesystem::path path;
  PreprocessingFlags preprocessing;
  bool as_json = false;
};

void print_json(const json& j) {
  print_out("{}\n", j.dump(1, ' ', false, json::error_handler_t::replace));
}

void tell_foreign_model(const InfoFlags& flags, Console& console) {
  const StderrCapture capture(console.log_sink());
  const std::unique_ptr<Runtime> runtime = open_runtime(console.log_sink());
  LoadOptions options;
  options.num_threads = available_processors();
  options.engine = EngineChoice::torchscript;  // what it gives is told without the other engine's check
  options.preprocessing = make_preprocessing_options(flags.preprocessing);
  const std::unique_ptr<Model> model = runtime->load_model(flags.path, options);
  if (flags.as_json) return print_json(foreign_model_to_json(model->description()));
  print_foreign_model(model->description());
}

void tell_model(const InfoFlags& flags, Console& console) {
  const std::optional<ModelMetadata> model = find_model_metadata(flags.path);
  if (!model) return tell_foreign_model(flags, console);
  if (!flags.as_json) return print_model(flags.path.native(), *model);
  print_json({{"path", flags.path.native()}, {"kind", "model"}, {"model", json::parse(to_json(*model))}});
}

void tell_output(const InfoFlags& flags) {
  const OutputInspection found = inspect_output(flags.path);
  if (flags.as_json) return print_json(output_to_json(found));
  print_output(found);
}

/// Says what to do about what is no file at all.
void require_file(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found)
    throw FatalError(fmt::format("'{}': No such file or directory{}", path.native(), did_you_mean(path)));
  if (std::filesystem::is_directory(status))
    throw FatalError(
        fmt::format("'{}' is a folder. Of a store: vit-embed status {}", path.native(), path.native()));
}

int run_info(const InfoFlags& flags, Console& console) {
  require_file(flags.path);
  if (is_output(flags.path)) {
    tell_output(flags);
  } else {
    tell_model(flags, console);
  }
  return kExitDone;
}

}  // namespace

void add_info_command(CLI::App& program, CommandContext& context) {
  auto flags = std::make_shared<InfoFlags>();
  CLI::App* command = program.add_subcommand("info", "Tell what made a file, and whether it is whole");
  command->add_option("FILE", flags->path, "A model file, or an .npy, .csv or .jsonl of embeddings")
      ->type_name("FILE")
      ->required();
  command->add_flag("--json", flags->as_json, "For machines");
  add_preprocessing_flags(*command, flags->preprocessing);
  command->callback(
      [flags, &context] { context.run = [flags, &context] { return run_info(*flags, context.console); }; });
}

}  // namespace vit_embed
