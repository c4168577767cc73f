#include "encoder/native_instruction_set.h"

#include <fmt/format.h>
#include <hwy/highway.h>

#include <cstdint>
#include <dnnl.hpp>

#include "base/error.h"

namespace vit_embed {
namespace {

#if HWY_ARCH_X86

dnnl::cpu_isa onednn_isa(InstructionSet isa) {
  switch (isa) {
    case InstructionSet::baseline:
      return dnnl::cpu_isa::sse41;
    case InstructionSet::avx2:
      return dnnl::cpu_isa::avx2;
    case InstructionSet::avx512:
      return dnnl::cpu_isa::avx512_core;
    case InstructionSet::avx512_vnni:
      return dnnl::cpu_isa::avx512_core_vnni;
    case InstructionSet::avx512_bf16:
      return dnnl::cpu_isa::avx512_core_bf16;
    case InstructionSet::amx:
      break;
  }
  return dnnl::cpu_isa::avx512_core_amx;
}

/// Highway numbers the better targets lower.
std::int64_t better_targets(InstructionSet isa) {
  switch (isa) {
    case InstructionSet::baseline:
      return HWY_SSE4 - 1;
    case InstructionSet::avx2:
      return HWY_AVX2 - 1;
    case InstructionSet::avx512:
      return HWY_AVX3 - 1;
    case InstructionSet::avx512_vnni:
      return HWY_AVX3_DL - 1;
    case InstructionSet::avx512_bf16:
    case InstructionSet::amx:
      break;
  }
  return 0;
}

#endif

}  // namespace

void bound_instruction_set([[maybe_unused]] InstructionSet isa) {
#if HWY_ARCH_X86
  if (isa == InstructionSet::amx) return;
  const auto wanted = static_cast<unsigned>(onednn_isa(isa));
  dnnl::set_max_cpu_isa(onednn_isa(isa));  // refuses after the first product, which the next line shows
  const auto effective = static_cast<unsigned>(dnnl::get_effective_cpu_isa());
  if ((effective & ~wanted) != 0) {
    throw FatalError(fmt::format("--isa {}: this process has run more than that", to_string(isa)));
  }
  hwy::DisableTargets(better_targets(isa));
  // Now, not with the first kernel: while Highway looks, other threads would run what the processor has.
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
#endif
}

}  // namespace vit_embed
