#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "formats/model_metadata.h"
#include "output/inspection.h"

namespace vit_embed {
namespace {

using nlohmann::json;

void print_model(const std::string& path, const ModelMetadata& m) {
  const Architecture& a = m.architecture;
  const Preprocessing& p = m.preprocessing;
  fmt::print("{}: TorchScript model file\n", path);
  fmt::print("source:         {}{}\n", m.source, m.revision.empty() ? "" : " at " + m.revision);
  fmt::print(
      "weights:        {}, SHA-256 {}\n",
      m.random_weights ? fmt::format("RANDOM (seed {}): embeddings mean nothing", m.random_seed) : "trained",
      m.weights_sha256);
  fmt::print("architecture:   ViT, {} layers, hidden size {}, {} heads, MLP {}, {}\n", a.num_hidden_layers,
             a.hidden_size, a.num_attention_heads, a.intermediate_size, a.hidden_act);
  fmt::print("input:          {0}x{0}, patches of {1}, {2} tokens\n", a.image_size, a.patch_size,
             a.num_tokens());
  fmt::print("features:       cls [{0}]{1}, mean [{0}], tokens [{2}, {0}]\n", a.hidden_size,
             a.pooler ? fmt::format(", pooler [{}]", a.hidden_size) : "", a.num_tokens());
  fmt::print("preprocessing:  {}, x {:.6g}, mean {}, std {}\n", to_string(p.resample), p.rescale_factor,
             p.image_mean, p.image_std);
}

void print_output(const OutputInspection& found) {
  fmt::print("{}: {}", found.path.native(), found.format);
  if (!found.shape.empty()) fmt::print(", [{}]{}", fmt::join(found.shape, ", "), found.element_type);
  fmt::print("\npublication:    {}\n",
             found.problems.empty() ? "whole" : fmt::format("{}", fmt::join(found.problems, "; ")));
  if (!found.meta) return;
  const OutputMeta& m = *found.meta;
  fmt::print("feature:        {}{}, {}\n", to_string(m.fingerprint.feature),
             m.fingerprint.l2_normalized ? ", length 1" : "", to_string(m.fingerprint.dtype));
  fmt::print("model:          {}{}{}\n", m.model_source,
             m.model_revision.empty() ? "" : " at " + m.model_revision,
             m.random_weights ? ", RANDOM WEIGHTS: embeddings mean nothing" : "");
  fmt::print("fingerprint:    {}\n", m.fingerprint.id());
  fmt::print("inputs:         {}, of which {} failed ({} permanent, {} transient)\n", m.inputs, m.failures(),
             m.permanent_failures, m.transient_failures);
  fmt::print("made by:        vit-embed {}, {} engine, {}\n", m.build.tool_version, m.build.engine,
             m.build.instruction_set);
}

json output_to_json(const OutputInspection& found) {
  json result{{"path", found.path.native()},     {"kind", "output"},
              {"format", found.format},          {"shape", found.shape},
              {"whole", found.problems.empty()}, {"problems", found.problems}};
  result["meta"] = found.meta ? json::parse(to_json(*found.meta)) : json();
  return result;
}

int run_info(const std::filesystem::path& path, bool as_json) {
  std::string text;
  if (is_output(path)) {
    const OutputInspection found = inspect_output(path);
    if (!as_json) print_output(found);
    text = output_to_json(found).dump(1, ' ', false, json::error_handler_t::replace);
  } else {
    const ModelMetadata model = read_model_metadata(path);
    if (!as_json) print_model(path.native(), model);
    json result{{"path", path.native()}, {"kind", "model"}, {"model", json::parse(to_json(model))}};
    text = result.dump(1, ' ', false, json::error_handler_t::replace);
  }
  if (as_json) fmt::print("{}\n", text);
  return kExitDone;
}

}  // namespace

void add_info_command(CLI::App& program, CommandContext& context) {
  auto path = std::make_shared<std::filesystem::path>();
  auto as_json = std::make_shared<bool>(false);
  CLI::App* command = program.add_subcommand("info", "Tell what made a file, and whether it is whole");
  command->add_option("FILE", *path, "A model file, or an .npy, .csv or .jsonl of embeddings")->required();
  command->add_flag("--json", *as_json, "For machines");
  command->callback(
      [path, as_json, &context] { context.run = [path, as_json] { return run_info(*path, *as_json); }; });
}

}  // namespace vit_embed
