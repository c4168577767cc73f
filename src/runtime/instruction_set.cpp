#include "runtime/instruction_set.h"

#include <sched.h>

#include <algorithm>
#include <thread>

namespace vit_embed {

std::string instruction_set() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512bf16") != 0) return "avx512-bf16";
  if (__builtin_cpu_supports("avx512vnni") != 0) return "avx512-vnni";
  if (__builtin_cpu_supports("avx512f") != 0) return "avx512";
  if (__builtin_cpu_supports("avx2") != 0) return "avx2";
#endif
  return "baseline";
}

std::string openblas_core() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool skylake = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
                       __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vl") != 0;
  if (skylake && __builtin_cpu_is("intel") != 0) return "SkylakeX";
  if (__builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0) return "Haswell";
#endif
  return {};
}

int available_processors() {
  cpu_set_t set;
  if (::sched_getaffinity(0, sizeof(set), &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace vit_embed
