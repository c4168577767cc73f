#include "runtime/open_module.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <array>
#include <csignal>

#include "base/error.h"

namespace vit_embed {
namespace {

/// Puts back at its end what is done where memory faults: UCX, which LibTorch brings along from Debian 13 on,
/// takes these signals for itself when it is loaded.
class FaultSignalsKept {
 public:
  FaultSignalsKept() {
    for (Kept& kept : kept_) ::sigaction(kept.signal, nullptr, &kept.action);
  }
  FaultSignalsKept(const FaultSignalsKept&) = delete;
  FaultSignalsKept& operator=(const FaultSignalsKept&) = delete;
  ~FaultSignalsKept() {
    for (const Kept& kept : kept_) ::sigaction(kept.signal, &kept.action, nullptr);
  }

 private:
  struct Kept {
    int signal;
    struct sigaction action {};
  };
  std::array<Kept, 4> kept_{{{SIGBUS}, {SIGSEGV}, {SIGILL}, {SIGFPE}}};
};

}  // namespace

void* open_module(const std::filesystem::path& module, const char* entry_point) {
  const FaultSignalsKept kept;
  void* handle = ::dlopen(module.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) throw FatalError(fmt::format("cannot load '{}': {}", module.native(), ::dlerror()));
  return ::dlsym(handle, entry_point);
}

void refuse_other_version(const std::filesystem::path& module) {
  throw FatalError(fmt::format("'{}' belongs to another version of vit-embed than {}", module.native(),
                               VIT_EMBED_VERSION));
}

}  // namespace vit_embed
