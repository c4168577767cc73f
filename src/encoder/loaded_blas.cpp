#include "encoder/loaded_blas.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <link.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

namespace vit_embed {
namespace {

constexpr std::string_view kAdvice = "install libopenblas0-openmp";

std::vector<std::string> loaded_libraries() {
  std::vector<std::string> paths;
  ::dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* list) {
        static_cast<std::vector<std::string>*>(list)->emplace_back(info->dlpi_name);
        return 0;
      },
      &paths);
  return paths;
}

/// The first loaded library whose file's name starts so, links resolved; "" where there is none.
std::string find_library(const std::vector<std::string>& paths, std::string_view prefix) {
  for (const std::string& path : paths) {
    if (!std::filesystem::path(path).filename().native().starts_with(prefix)) continue;
    std::error_code error;
    const std::filesystem::path resolved = std::filesystem::canonical(path, error);
    return error ? path : resolved.native();
  }
  return {};
}

struct HandleCloser {
  void operator()(void* handle) const { ::dlclose(handle); }
};

/// The file that `library` has its matrix products from, links resolved; "" where it brings its own. Several
/// BLASes may be in the process, for Debian chooses that of LAPACK apart.
std::filesystem::path provider_of_products(const std::string& library) {
  if (library.empty()) return {};
  const std::unique_ptr<void, HandleCloser> handle(::dlopen(library.c_str(), RTLD_LAZY | RTLD_NOLOAD));
  void* product = handle ? ::dlsym(handle.get(), "sgemm_") : nullptr;
  Dl_info info{};
  if (product == nullptr || ::dladdr(product, &info) == 0) return {};
  std::error_code error;
  const std::filesystem::path resolved = std::filesystem::canonical(info.dli_fname, error);
  return error || resolved == library ? std::filesystem::path() : resolved;
}

LoadedBlas describe_openblas(const std::string& path) {
  LoadedBlas blas{"OpenBLAS", path, {}};
  const std::unique_ptr<void, HandleCloser> handle(::dlopen(path.c_str(), RTLD_LAZY | RTLD_NOLOAD));
  if (!handle) return blas;
  const auto config = reinterpret_cast<const char* (*)()>(::dlsym(handle.get(), "openblas_get_config"));
  const auto core = reinterpret_cast<const char* (*)()>(::dlsym(handle.get(), "openblas_get_corename"));
  const auto parallel = reinterpret_cast<int (*)()>(::dlsym(handle.get(), "openblas_get_parallel"));
  if (config == nullptr || core == nullptr || parallel == nullptr) return blas;

  // "OpenBLAS 0.3.21 NO_LAPACKE ..."
  std::string_view version = config();
  if (version.starts_with("OpenBLAS ")) version.remove_prefix(9);
  version = version.substr(0, version.find(' '));
  const bool pthreads = parallel() == 1;
  const std::string_view threading = parallel() == 0 ? "serial" : pthreads ? "pthread" : "openmp";
  blas.version = fmt::format("{}, {}, {}", version, threading, core());
  if (is_older_core(core()) && __builtin_cpu_supports("avx2")) {
    blas.warning = fmt::format(
        "OpenBLAS does not know this processor and runs on slow kernels, {}'s: set OPENBLAS_CORETYPE={} in "
        "the environment",
        core(), __builtin_cpu_supports("avx512f") ? "SkylakeX" : "Haswell");
  }
  if (pthreads) {
    blas.warning =
        fmt::format("OpenBLAS's own threads ('{}') fight LibTorch's for the cores: {}", path, kAdvice);
  }
  return blas;
}

}  // namespace

bool is_older_core(std::string_view core) {
  constexpr std::array<std::string_view, 15> kOlder{
      "Katmai",     "Coppermine", "Northwood",   "Prescott", "Banias",  "Atom",      "Core2", "Penryn",
      "Dunnington", "Nehalem",    "Sandybridge", "Athlon",   "Opteron", "Barcelona", "Bobcat"};
  return std::find(kOlder.begin(), kOlder.end(), core) != kOlder.end();
}

std::optional<LoadedBlas> find_loaded_blas() {
  const std::vector<std::string> paths = loaded_libraries();
  const std::filesystem::path file = provider_of_products(find_library(paths, "libtorch_cpu.so"));
  if (file.empty()) return std::nullopt;
  // Debian's alternatives: blas/ has the reference, atlas/, blis-openmp/, openblas-openmp/ what is fast.
  const std::string directory = file.parent_path().filename().native();
  const std::string openblas = find_library(paths, "libopenblas");
  if (!openblas.empty() && (directory.starts_with("openblas") || file == openblas))
    return describe_openblas(openblas);
  if (directory != "blas") return LoadedBlas{file.filename().native(), file.native(), {}};
  return LoadedBlas{
      "reference BLAS", file.native(),
      fmt::format("LibTorch runs on the slow reference BLAS ('{}'): {}", file.native(), kAdvice)};
}

}  // namespace vit_embed
