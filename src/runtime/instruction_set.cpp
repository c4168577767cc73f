#include "runtime/instruction_set.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace vit_embed {
namespace {

#if defined(__x86_64__)
/// AMX-TILE, AMX-INT8 and AMX-BF16 (CPUID leaf 7, EDX bits 24, 25, 22), which GCC 12 has no name for.
bool has_amx() {
  constexpr unsigned kAmx = (1U << 24) | (1U << 25) | (1U << 22);
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0 && (edx & kAmx) == kAmx;
}
#endif

}  // namespace

InstructionSet supported_instruction_set() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx512 = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
                      __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vl") != 0;
  if (__builtin_cpu_supports("avx2") == 0 || __builtin_cpu_supports("fma") == 0)
    return InstructionSet::baseline;
  if (!avx512) return InstructionSet::avx2;
  if (__builtin_cpu_supports("avx512vnni") == 0) return InstructionSet::avx512;
  if (__builtin_cpu_supports("avx512bf16") == 0) return InstructionSet::avx512_vnni;
  return has_amx() ? InstructionSet::amx : InstructionSet::avx512_bf16;
#else
  return InstructionSet::baseline;
#endif
}

std::string openblas_core() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const InstructionSet isa = supported_instruction_set();
  if (isa >= InstructionSet::avx512 && __builtin_cpu_is("intel") != 0) return "SkylakeX";
  if (isa >= InstructionSet::avx2) return "Haswell";
#endif
  return {};
}

}  // namespace vit_embed
