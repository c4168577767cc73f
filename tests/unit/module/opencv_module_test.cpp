#include <dlfcn.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "image/opencv_decode.h"
#include "runtime/runtime.h"
#include "support/loaded_libraries.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

const std::filesystem::path kGolden = VIT_EMBED_TEST_DATA "/golden";

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

// Debian's LibTorch brings OpenCV's libraries with it, so that only the module tells. Before the tests that
// open it (see CMakeLists.txt); ctest runs each in a process of its own.
TEST(OpenCv, IsOpenedByTheFirstImageThatIsNoJpeg) {
  if (is_library_loaded("vit-embed-opencv")) GTEST_SKIP() << "another test has loaded it";
  const TemporaryDirectory directory;
  const auto runtime = open_runtime([](LogLevel, std::string_view) {});
  ExportOptions options;
  options.source = kGolden / "tiny-vit";
  options.output = directory / "tiny.pt";
  runtime->export_model(options);
  const auto model = runtime->load_model(options.output, {});
  std::vector<float> pixel_values(3 * 224 * 224);
  const auto preprocess = [&](const char* image) {
    model->preprocess(bytes_of(file_content(kGolden / "images" / image)), {}, pixel_values);
  };
  preprocess("photo-baseline-q90.jpg");
  EXPECT_FALSE(is_library_loaded("vit-embed-opencv"));
  preprocess("rgb-8bit.png");
  EXPECT_TRUE(is_library_loaded("vit-embed-opencv"));
}

/// The module as the runtime module opens it.
class OpenCvModule : public testing::Test {
 protected:
  OpenCvModule() : handle_(::dlopen(VIT_EMBED_OPENCV_MODULE, RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) throw std::runtime_error(::dlerror());
  }

  DecodeWithOpencv* find(const char* version) const {
    auto* entry = reinterpret_cast<FindOpencvDecode*>(::dlsym(handle_, kFindOpencvDecodeSymbol));
    return entry == nullptr ? nullptr : entry(version);
  }

  void* handle_;  ///< never closed
};

TEST_F(OpenCvModule, OfAnotherVersionGivesNothing) {
  EXPECT_EQ(find("0.0.0-other"), nullptr);
  EXPECT_NE(find(VIT_EMBED_VERSION), nullptr);
}

TEST_F(OpenCvModule, ShowsNothingButItsEntryPoint) {
  EXPECT_NE(::dlsym(handle_, "vit_embed_find_opencv_decode"), nullptr);
  EXPECT_EQ(::dlsym(handle_, "vit_embed_create_runtime"), nullptr);
  EXPECT_EQ(::dlsym(handle_, "_ZTIN9vit_embed10InputErrorE"), nullptr);
}

TEST_F(OpenCvModule, LetsErrorsThroughWithTheirTypes) {
  DecodeWithOpencv* decode = find(VIT_EMBED_VERSION);
  ASSERT_NE(decode, nullptr);
  try {
    decode(bytes_of("not an image"));
    FAIL() << "nothing was thrown";
  } catch (const InputError& e) {
    EXPECT_EQ(e.kind(), FailureKind::permanent);
  }
}

}  // namespace
}  // namespace vit_embed
