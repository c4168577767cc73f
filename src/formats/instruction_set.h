#pragma once

#include <optional>
#include <string_view>

namespace vit_embed {

/// The x86 instruction sets that make a difference to a forward's numbers or precisions, each containing
/// those before it.
enum class InstructionSet {
  baseline,     ///< less than AVX2, or another architecture
  avx2,         ///< with FMA
  avx512,       ///< F, BW, VL and DQ
  avx512_vnni,  ///< multiplies int8
  avx512_bf16,  ///< multiplies bfloat16
  amx,          ///< multiplies both in tiles
};

/// The spelling on the command line and in every file: "baseline", "avx2", "avx512", "avx512-vnni",
/// "avx512-bf16", "amx".
std::string_view to_string(InstructionSet isa);
std::optional<InstructionSet> instruction_set_from_string(std::string_view text);

}  // namespace vit_embed
