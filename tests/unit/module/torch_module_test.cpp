#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/error.h"
#include "encoder/torch_backend.h"
#include "runtime/runtime.h"
#include "support/loaded_libraries.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

bool names_libtorch(const std::vector<LibraryVersion>& versions) {
  return std::ranges::count(versions, "LibTorch", &LibraryVersion::name) == 1;
}

// First in this program (see CMakeLists.txt), and ctest runs each test in a process of its own.
TEST(LibTorch, IsLoadedWhenSomethingNeedsItAndNotWithTheRuntime) {
  if (is_library_loaded("libtorch")) GTEST_SKIP() << "another test has loaded it";
  const TemporaryDirectory directory;
  const auto runtime = open_runtime([](LogLevel, std::string_view) {});
  EXPECT_FALSE(names_libtorch(runtime->library_versions()));
  EXPECT_THROW(runtime->load_model(directory / "absent.pt", {}), FatalError);
  EXPECT_FALSE(is_library_loaded("libtorch"));

  ExportOptions options;
  options.source = VIT_EMBED_TEST_DATA "/golden/tiny-vit";
  options.output = directory / "tiny.pt";
  runtime->export_model(options);
  EXPECT_TRUE(is_library_loaded("libtorch"));
  EXPECT_TRUE(names_libtorch(runtime->library_versions()));
}

/// The module as the runtime module opens it.
class TorchModule : public testing::Test {
 protected:
  TorchModule() : handle_(::dlopen(VIT_EMBED_TORCH_MODULE, RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) throw std::runtime_error(::dlerror());
  }

  std::unique_ptr<TorchBackend> create(const char* version) const {
    auto* entry = reinterpret_cast<CreateTorch*>(::dlsym(handle_, kCreateTorchSymbol));
    return std::unique_ptr<TorchBackend>(entry == nullptr ? nullptr : entry(version));
  }

  void* handle_;  ///< never closed
};

TEST_F(TorchModule, OfAnotherVersionGivesNothing) {
  EXPECT_EQ(create("0.0.0-other"), nullptr);
  EXPECT_NE(create(VIT_EMBED_VERSION), nullptr);
}

TEST_F(TorchModule, ShowsNothingButItsEntryPoint) {
  EXPECT_NE(::dlsym(handle_, "vit_embed_create_torch"), nullptr);
  EXPECT_EQ(::dlsym(handle_, "vit_embed_create_runtime"), nullptr);
  EXPECT_EQ(::dlsym(handle_, "_ZTIN9vit_embed10FatalErrorE"), nullptr);
}

class UnreadableWeights : public WeightSource {
 public:
  Weights read(const Parameter&) const override {
    throw InputError(FailureKind::transient, "the disk is gone");
  }
};

TEST_F(TorchModule, LetsErrorsThroughWithTheirTypesInBothDirections) {
  const TemporaryDirectory directory;
  const auto backend = create(VIT_EMBED_VERSION);
  EXPECT_THAT([&] { backend->load_encoder(directory / "absent.pt", {}); },
              ThrowsMessage<FatalError>(HasSubstr("absent.pt'")));
  EncoderOptions on_cuda;
  on_cuda.device = "cuda";
  EXPECT_THAT([&] { backend->load_foreign_model(directory / "x.pt", {}, on_cuda, {}); },
              ThrowsMessage<FatalError>(HasSubstr("device 'cuda' is not supported")));
  try {
    backend->write_model_file(directory / "x.pt", {}, UnreadableWeights());
    FAIL() << "nothing was thrown";
  } catch (const InputError& e) {
    EXPECT_EQ(e.kind(), FailureKind::transient);
  }
}

TEST_F(TorchModule, NamesItsLibrary) {
  EXPECT_FALSE(create(VIT_EMBED_VERSION)->libtorch_version().empty());
}

}  // namespace
}  // namespace vit_embed
