#include "formats/instruction_set.h"

#include <array>
#include <utility>

namespace vit_embed {
namespace {

constexpr std::array<std::pair<InstructionSet, std::string_view>, 6> kNames{{
    {InstructionSet::baseline, "baseline"},
    {InstructionSet::avx2, "avx2"},
    {InstructionSet::avx512, "avx512"},
    {InstructionSet::avx512_vnni, "avx512-vnni"},
    {InstructionSet::avx512_bf16, "avx512-bf16"},
    {InstructionSet::amx, "amx"},
}};

}  // namespace

std::string_view to_string(InstructionSet isa) {
  for (const auto& [known, name] : kNames) {
    if (known == isa) return name;
  }
  return {};
}

std::optional<InstructionSet> instruction_set_from_string(std::string_view text) {
  for (const auto& [isa, name] : kNames) {
    if (name == text) return isa;
  }
  return std::nullopt;
}

}  // namespace vit_embed
