#include "torchscript/vit_script.h"

#include <fmt/format.h>

#include <cmath>

#include "vit/activation.h"
#include "vit/architecture.h"

namespace vit_embed {
namespace {

/// A float literal that reads back to the same double.
std::string literal(double value) {
  return fmt::format("{:.17e}", value);
}

std::string layer_norm(const std::string& input, const std::string& module, const Architecture& a) {
  return fmt::format("torch.layer_norm({0}, [{2}], {1}.weight, {1}.bias, {3}, False)", input, module,
                     a.hidden_size, literal(a.layer_norm_eps));
}

std::string linear(const std::string& input, const std::string& module, bool bias = true) {
  return fmt::format("torch.linear({0}, {1}.weight, {2})", input, module, bias ? module + ".bias" : "None");
}

/// A statement that turns x into its activation.
std::string activate(const Architecture& a) {
  switch (activation_from_hidden_act(a.hidden_act)) {
    case Activation::gelu_tanh:
      return "x = torch.gelu(x, approximate=\"tanh\")";
    case Activation::quick_gelu:
      return "x = x * torch.sigmoid(x * 1.702)";
    case Activation::relu:
      return "x = torch.relu(x)";
    case Activation::gelu:
      break;
  }
  return "x = torch.gelu(x)";
}

}  // namespace

std::string model_script(const Architecture& a) {
  std::string script = fmt::format(R"(
def forward(self, pixel_values):
    x = self.embeddings.forward(pixel_values)
    x = self.encoder.forward(x)
    last_hidden_state = {}
)",
                                   layer_norm("x", "self.layernorm", a));
  if (!a.pooler) return script + "    return (last_hidden_state,)\n";
  return script + fmt::format(R"(
    pooler_output = torch.tanh({})
    return (last_hidden_state, pooler_output)
)",
                              linear("torch.select(last_hidden_state, 1, 0)", "self.pooler.dense"));
}

std::string embeddings_script(const Architecture& a) {
  return fmt::format(R"(
def forward(self, pixel_values):
    projection = self.patch_embeddings.projection
    x = torch.conv2d(pixel_values, projection.weight, projection.bias, [{0}, {0}])
    x = torch.transpose(torch.flatten(x, 2), 1, 2)
    x = torch.cat([self.cls_token.expand([x.size(0), 1, {1}]), x], 1)
    return x + self.position_embeddings
)",
                     a.patch_size, a.hidden_size);
}

std::string encoder_script(const Architecture& a) {
  std::string script = "\ndef forward(self, x):\n";
  for (int i = 0; i < a.num_hidden_layers; ++i) {
    script += fmt::format("    x = getattr(self.layer, \"{}\").forward(x)\n", i);
  }
  return script + "    return x\n";
}

std::string encoder_layer_script(const Architecture& a) {
  const int size = head_size(a);
  const auto projection = [&](const char* name) {
    return linear("x", fmt::format("self.attention.attention.{}", name), a.qkv_bias);
  };
  // Scaling the query is scaling the scores, on fewer numbers.
  return fmt::format(R"(
def forward(self, x):
    residual = x
    x = {before}
    heads = [x.size(0), x.size(1), {num_heads}, {head_size}]
    query = ({query} * {scale}).view(heads).transpose(1, 2)
    key = {key}.view(heads).permute([0, 2, 3, 1])
    value = {value}.view(heads).transpose(1, 2)
    probabilities = torch.softmax(torch.matmul(query, key), -1)
    x = torch.flatten(torch.matmul(probabilities, value).transpose(1, 2), 2)
    residual = residual + {attention_output}
    x = {after}
    x = {intermediate}
    {activate}
    return residual + {output}
)",
                     fmt::arg("before", layer_norm("x", "self.layernorm_before", a)),
                     fmt::arg("num_heads", a.num_attention_heads), fmt::arg("head_size", size),
                     fmt::arg("scale", literal(1.0 / std::sqrt(size))),
                     fmt::arg("query", projection("query")), fmt::arg("key", projection("key")),
                     fmt::arg("value", projection("value")),
                     fmt::arg("attention_output", linear("x", "self.attention.output.dense")),
                     fmt::arg("after", layer_norm("residual", "self.layernorm_after", a)),
                     fmt::arg("intermediate", linear("x", "self.intermediate.dense")),
                     fmt::arg("activate", activate(a)), fmt::arg("output", linear("x", "self.output.dense")));
}

}  // namespace vit_embed
