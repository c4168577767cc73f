#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "base/error.h"
#include "runtime/instruction_set.h"
#include "runtime/runtime.h"
#include "support/temporary_directory.h"

namespace vit_embed {
namespace {

using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::ThrowsMessage;

const std::filesystem::path kGolden = VIT_EMBED_TEST_DATA "/golden";
const std::filesystem::path kTraces = VIT_EMBED_TEST_DATA "/traces";

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

class RuntimeModule : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    runtime_ = open_runtime([](LogLevel, std::string_view message) { messages_.emplace_back(message); });
  }
  static void TearDownTestSuite() { runtime_.reset(); }

  ExportOptions export_options(const std::filesystem::path& source,
                               std::optional<std::uint64_t> seed = {}) const {
    ExportOptions options;
    options.source = source;
    options.output = path_;
    options.random_seed = seed;
    return options;
  }

  ModelMetadata export_golden() { return runtime_->export_model(export_options(kGolden / "tiny-vit")); }

  static std::unique_ptr<Runtime> runtime_;
  static std::vector<std::string> messages_;
  TemporaryDirectory directory_;
  std::filesystem::path path_ = directory_ / "tiny.pt";
};

std::unique_ptr<Runtime> RuntimeModule::runtime_;
std::vector<std::string> RuntimeModule::messages_;

TEST_F(RuntimeModule, ExportsLoadsPreprocessesAndEncodes) {
  const ModelMetadata written = export_golden();
  EXPECT_EQ(written.source, (kGolden / "tiny-vit").native());
  LoadOptions two_threads;
  two_threads.num_threads = 2;
  const auto model = runtime_->load_model(path_, two_threads);
  EXPECT_EQ(model->description(), describe(written));
  EXPECT_EQ(model->engine(), "native");

  std::vector<float> pixel_values(3 * 224 * 224);
  model->preprocess(bytes_of(file_content(kGolden / "images" / "already-224.png")), {}, pixel_values);
  EXPECT_THAT(pixel_values, Each(AllOf(testing::Ge(-1), testing::Le(1))));
  std::vector<float> row(64);
  const FeatureOutput output{Feature::cls, row};
  model->encode(pixel_values, 1, {&output, 1});

  // already-224.png is the first of names.txt.
  const std::string expected = file_content(kGolden / "expected-cls.npy").substr(128);
  for (std::size_t i = 0; i < row.size(); ++i) {
    EXPECT_NEAR(row[i], reinterpret_cast<const float*>(expected.data())[i], 1e-4) << i;
  }
}

TEST_F(RuntimeModule, RunsEitherEngineWithTheSameResult) {
  export_golden();
  std::vector<float> pixel_values(std::size_t{3} * 224 * 224);
  for (std::size_t i = 0; i < pixel_values.size(); ++i)
    pixel_values[i] = static_cast<float>(i % 255) / 127 - 1;
  std::map<std::string, std::vector<float>> rows;
  for (const EngineChoice engine : {EngineChoice::native, EngineChoice::torchscript}) {
    LoadOptions options;
    options.engine = engine;
    const auto model = runtime_->load_model(path_, options);
    std::vector<float>& row = rows[model->engine()];
    row.resize(64);
    const FeatureOutput output{Feature::pooler, row};
    model->encode(pixel_values, 1, {&output, 1});
  }
  ASSERT_EQ(rows.size(), 2U);
  for (std::size_t i = 0; i < 64; ++i) EXPECT_NEAR(rows["native"][i], rows["torchscript"][i], 1e-4) << i;
}

TEST_F(RuntimeModule, BoundsTheInstructionSetThatTheModelSaysItUses) {
  export_golden();
  LoadOptions options;
  options.isa = supported_instruction_set();
  EXPECT_EQ(runtime_->load_model(path_, options)->instruction_set(), supported_instruction_set());
  options.isa = InstructionSet::baseline;  // less than has been run
  EXPECT_THAT([&] { runtime_->load_model(path_, options); },
              ThrowsMessage<FatalError>(HasSubstr("--isa baseline: this process has run more than that")));
}

LoadOptions trace_options(EngineChoice engine, Precision precision = Precision::fp32) {
  LoadOptions options;
  options.engine = engine;
  options.precision = precision;
  options.preprocessing.image_size = ImageSize{32, 32};
  return options;
}

TEST_F(RuntimeModule, RunsATraceOnTheEngineThatWasChosen) {
  messages_.clear();
  const auto native =
      runtime_->load_model(kTraces / "torch2.14-v5-sdpa-dict.pt", trace_options(EngineChoice::automatic));
  const auto graph =
      runtime_->load_model(kTraces / "torch2.14-v5-sdpa-dict.pt", trace_options(EngineChoice::torchscript));
  EXPECT_EQ(native->engine(), "native");
  EXPECT_EQ(graph->engine(), "torchscript");
  EXPECT_EQ(native->description(), graph->description());
  EXPECT_THAT(messages_, Each(testing::Not(HasSubstr("runs on the TorchScript engine"))));
}

TEST_F(RuntimeModule, SaysOnceWhyATraceRunsOnTheTorchScriptEngine) {
  messages_.clear();
  const auto model =
      runtime_->load_model(kTraces / "torch2.14-v5-sdpa-frozen.pt", trace_options(EngineChoice::automatic));
  EXPECT_EQ(model->engine(), "torchscript");
  EXPECT_EQ(
      std::ranges::count_if(
          messages_, [](const std::string& m) { return m.find("runs on the TorchScript engine") != m.npos; }),
      1);
}

TEST_F(RuntimeModule, RefusesATraceThatTheNativeEngineIsAskedForAndDoesNotFit) {
  EXPECT_THAT([&] { runtime_->load_model(kTraces / "not-a-vit.pt", trace_options(EngineChoice::native)); },
              ThrowsMessage<FatalError>(AllOf(HasSubstr("not-a-vit.pt'"), HasSubstr("--engine native"),
                                              HasSubstr("no parameter 'embeddings.cls_token'"))));
}

TEST_F(RuntimeModule, RunsATraceInAnotherPrecisionOnTheNativeEngineOrNotAtAll) {
  const auto load = [&](const char* name) {
    return runtime_->load_model(kTraces / name, trace_options(EngineChoice::automatic, Precision::int8));
  };
  if (supported_instruction_set() < InstructionSet::avx512_vnni) {
    EXPECT_THAT([&] { load("torch2.14-v5-sdpa-dict.pt"); },
                ThrowsMessage<FatalError>(HasSubstr("--precision int8 needs AVX512-VNNI")));
    return;
  }
  EXPECT_EQ(load("torch2.14-v5-sdpa-dict.pt")->engine(), "native");
  EXPECT_THAT(
      [&] { load("not-a-vit.pt"); },
      ThrowsMessage<FatalError>(AllOf(HasSubstr("not-a-vit.pt'"), HasSubstr("--precision int8 needs"))));
}

TEST_F(RuntimeModule, WritesRandomWeightsThatFollowFromTheSeed) {
  const auto weights_of = [&](std::uint64_t seed) {
    const ModelMetadata metadata = runtime_->export_model(export_options(kGolden / "tiny-vit", seed));
    EXPECT_TRUE(metadata.random_weights);
    EXPECT_EQ(metadata.random_seed, seed);
    EXPECT_EQ(metadata.source, "random");
    return metadata.weights_sha256;
  };
  EXPECT_EQ(weights_of(5), weights_of(5));
  EXPECT_NE(weights_of(5), weights_of(6));
}

TEST_F(RuntimeModule, FindsSimilarRows) {
  const std::vector<float> rows{1, 0, 0, 1, 1, 1};
  const auto found = runtime_->find_similar_rows({std::as_bytes(std::span(rows)), ElementType::float32, 2},
                                                 std::vector<float>{0, 2}, {.most = 2, .shown = {}});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(found[0], testing::ElementsAre(SimilarRow{1, 1}, testing::Field(&SimilarRow::row, 2)));
  EXPECT_THROW(
      runtime_->find_similar_rows({std::as_bytes(std::span(rows)), ElementType::float32, 4}, rows, {}),
      std::invalid_argument);
}

TEST_F(RuntimeModule, MakesThumbnailsOfWhatItDecodes) {
  const std::string photo = file_content(kGolden / "images" / "photo-444-q95.jpg");
  const std::vector<std::byte> thumbnail = runtime_->make_thumbnail(bytes_of(photo), {}, 50);
  EXPECT_LT(thumbnail.size(), photo.size());
  EXPECT_EQ(runtime_->make_thumbnail(thumbnail, {}, 50).at(1), std::byte{0xD8});  // a JPEG of a JPEG
  EXPECT_THROW(runtime_->make_thumbnail(bytes_of("not an image"), {}, 50), InputError);
}

TEST_F(RuntimeModule, ErrorsKeepTheirTypesAcrossTheBoundary) {
  EXPECT_THAT([&] { runtime_->load_model(path_, {}); }, ThrowsMessage<FatalError>(HasSubstr("tiny.pt'")));
  EXPECT_THROW(runtime_->export_model(export_options({})), UsageError);
  export_golden();
  const auto model = runtime_->load_model(path_, {});
  std::vector<float> pixel_values(3 * 224 * 224);
  try {
    model->preprocess(bytes_of("not an image"), {}, pixel_values);
    FAIL() << "nothing was thrown";
  } catch (const InputError& e) {
    EXPECT_EQ(e.kind(), FailureKind::permanent);
  }
  LoadOptions on_cuda;
  on_cuda.device = "cuda";
  EXPECT_THAT([&] { runtime_->load_model(path_, on_cuda); },
              ThrowsMessage<FatalError>(HasSubstr("device 'cuda' is not supported")));
}

TEST_F(RuntimeModule, HandsItsMessagesToTheSink) {
  for (const char* name : {"config.json", "model.safetensors"}) {
    std::filesystem::copy_file(kGolden / "tiny-vit" / name, directory_ / name);
  }
  messages_.clear();
  runtime_->export_model(export_options(directory_.path()));
  EXPECT_THAT(messages_, testing::ElementsAre(HasSubstr("no preprocessor_config.json")));
}

TEST_F(RuntimeModule, NamesItsLibraries) {
  export_golden();  // needs LibTorch
  const auto versions = runtime_->library_versions();
  for (const char* name : {"LibTorch", "oneDNN", "giflib", "libexif", "libjpeg-turbo", "libpng", "libtiff",
                           "libwebp", "OpenJPEG"}) {
    EXPECT_TRUE(std::ranges::count(versions, name, &LibraryVersion::name) == 1) << name;
  }
  for (const LibraryVersion& library : versions) {
    EXPECT_THAT(library.version, testing::MatchesRegex("[0-9]+\\.[0-9]+.*")) << library.name;
  }
}

TEST_F(RuntimeModule, OfAnotherVersionGivesNothing) {
  void* module = ::dlopen(VIT_EMBED_MODULE, RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(module, nullptr);
  auto* create = reinterpret_cast<CreateRuntime*>(::dlsym(module, kCreateRuntimeSymbol));
  ASSERT_NE(create, nullptr);
  const LogSink log = [](LogLevel, std::string_view) {};
  EXPECT_EQ(create("0.0.0-other", &log), nullptr);
}

TEST_F(RuntimeModule, ShowsNothingButItsEntryPoint) {
  void* module = ::dlopen(VIT_EMBED_MODULE, RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(module, nullptr);
  EXPECT_NE(::dlsym(module, "vit_embed_create_runtime"), nullptr);
  EXPECT_EQ(::dlsym(module, "vit_embed_create_torch"), nullptr);
  EXPECT_EQ(::dlsym(module, "_ZTIN9vit_embed10FatalErrorE"), nullptr);
}

}  // namespace
}  // namespace vit_embed
