#include "runtime/runtime.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "runtime/instruction_set.h"
#include "runtime/open_module.h"

namespace vit_embed {
namespace {

constexpr const char* kModuleName = "vit-embed-runtime.so";

std::filesystem::path find_module() {
  const std::filesystem::path directory = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  const std::array candidates{directory / kModuleName, directory / VIT_EMBED_MODULE_DIRECTORY / kModuleName};
  for (const std::filesystem::path& candidate : candidates) {
    if (is_present(candidate)) return candidate;
  }
  throw FatalError(fmt::format("{} is missing: looked beside the program and in '{}'", kModuleName,
                               candidates[1].lexically_normal().native()));
}

/// Settles what the libraries behind the boundary read from the environment while they are loaded, with the
/// module or later, unless the user has. OpenBLAS chooses its kernels by the processor's model, and takes
/// those of 2004 for a model newer than itself (0.3.21 for Emerald Rapids, several times slower): we choose
/// by what the processor can do. OpenMP's threads spin while they wait, which starves the decode threads and,
/// on a busy machine, each other (7 images/s for 80, seen): they sleep, after some 50 microseconds of
/// looking, for the native engine's steps follow each other closely and waking costs a tenth of its time.
void settle_environment() {
  const std::string core = openblas_core();
  if (!core.empty()) ::setenv("OPENBLAS_CORETYPE", core.c_str(), 0);
  ::setenv("OMP_WAIT_POLICY", "passive", 0);
  ::setenv("GOMP_SPINCOUNT", "1000", 0);
}

}  // namespace

std::unique_ptr<Runtime> open_runtime(LogSink log) {
  const std::filesystem::path path = find_module();
  settle_environment();
  auto* create = reinterpret_cast<CreateRuntime*>(open_module(path, kCreateRuntimeSymbol));
  std::unique_ptr<Runtime> runtime(create == nullptr ? nullptr : create(VIT_EMBED_VERSION, &log));
  if (!runtime) refuse_other_version(path);
  return runtime;
}

}  // namespace vit_embed
