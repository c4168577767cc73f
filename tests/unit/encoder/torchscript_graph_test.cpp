#include "encoder/torchscript_graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace vit_embed {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

GraphFacts facts_of(const std::string& expression) {
  torch::jit::Module inner("__torch__.Inner");
  inner.define("def forward(self, x):\n    return " + expression + "\n");
  torch::jit::Module module("__torch__.Outer");
  module.register_module("inner", inner);
  module.define("def forward(self, x):\n    return self.inner.forward(x)\n");
  return read_graph_facts(module);
}

TEST(GraphFacts, KnowAnActivationByItsOperatorOrItsFormula) {
  const auto activations = [](const std::string& e) { return facts_of(e).activations; };
  EXPECT_THAT(activations("torch.gelu(x)"), ElementsAre("gelu"));
  EXPECT_THAT(activations("x * 0.5 * (1.0 + torch.erf(x / 1.4142135623730951))"), ElementsAre("gelu"));
  EXPECT_THAT(activations("torch.gelu(x, approximate=\"tanh\")"), ElementsAre("gelu_pytorch_tanh"));
  EXPECT_THAT(activations("0.5 * x * (1.0 + torch.tanh(0.7978845608 * (x + 0.044715 * torch.pow(x, 3.0))))"),
              ElementsAre("gelu_pytorch_tanh"));
  EXPECT_THAT(activations("x * torch.sigmoid(1.702 * x)"), ElementsAre("quick_gelu"));
  EXPECT_THAT(activations("torch.relu(x)"), ElementsAre("relu"));
  EXPECT_THAT(activations("torch.tanh(x)"), IsEmpty());  // a pooler's
  EXPECT_THAT(activations("x * torch.sigmoid(x)"), IsEmpty());
}

TEST(GraphFacts, HaveTheEpsilonsAndTheIntegers) {
  const GraphFacts facts = facts_of("torch.layer_norm(x.view([2, 80]), [80], None, None, 1e-6, False)");
  EXPECT_THAT(facts.layer_norm_epsilons, ElementsAre(1e-6));
  EXPECT_THAT(facts.integers, ElementsAre(2, 80));
}

}  // namespace
}  // namespace vit_embed
