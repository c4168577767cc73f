#include "formats/model_metadata.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "support/temporary_directory.h"
#include "support/zip_file.h"

namespace vit_embed {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

ModelMetadata some_metadata() {
  ModelMetadata m;
  m.source = "google/vit-large-patch16-224-in21k";
  m.revision = "c0ffee";
  m.weights_sha256 = std::string(64, 'a');
  m.random_weights = true;
  m.random_seed = ~std::uint64_t{0};
  m.architecture = {32, 3, 4, 64, {48, 48}, 8, 3, "gelu_new", 1e-6, false, false};
  m.preprocessing = {{48, 48}, Resample::bicubic, 1.0 / 127.0, {0.485, 0.456, 0.406}, {0.229, 0.224, 0.225}};
  m.tensors = {{"embeddings.cls_token", {1, 1, 32}, "0123456789abcdef"}, {"scalar", {}, "00"}};
  return m;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string error_of(const std::string& json) {
  try {
    model_metadata_from_json(json);
  } catch (const FatalError& e) {
    return e.what();
  }
  return "no error";
}

TEST(ModelMetadata, ReadsBackFromJson) {
  EXPECT_EQ(model_metadata_from_json(to_json(some_metadata())), some_metadata());
  ModelMetadata real = some_metadata();
  real.random_weights = false;
  real.random_seed = 0;
  EXPECT_EQ(model_metadata_from_json(to_json(real)), real);
  EXPECT_THAT(to_json(real), ::testing::Not(HasSubstr("random_seed")));
}

TEST(ModelMetadata, EveryResampleReadsBack) {
  for (int i = 0; i < 6; ++i) {
    ModelMetadata m = some_metadata();
    m.preprocessing.resample = static_cast<Resample>(i);
    EXPECT_EQ(model_metadata_from_json(to_json(m)).preprocessing.resample, m.preprocessing.resample);
  }
  EXPECT_EQ(to_string(Resample::bilinear), "bilinear");
}

TEST(ModelMetadata, OfAnOblongModelReadsBack) {
  ModelMetadata oblong = some_metadata();
  oblong.architecture.image_size = {32, 64};
  oblong.preprocessing.image_size = {32, 64};
  EXPECT_EQ(model_metadata_from_json(to_json(oblong)), oblong);
}

TEST(ModelMetadata, IgnoresKeysItDoesNotKnow) {
  const std::string json = replaced(to_json(some_metadata()), "{", "{\"from_the_future\": [1, {}], ");
  EXPECT_EQ(model_metadata_from_json(json), some_metadata());
}

TEST(ModelMetadata, ASourceThatIsNotUtf8StillGivesJson) {
  ModelMetadata m = some_metadata();
  m.source = "caf\xe9";
  EXPECT_EQ(model_metadata_from_json(to_json(m)).source, "caf\xef\xbf\xbd");
}

TEST(ModelMetadata, SaysWhichKeyIsMissing) {
  for (const char* key : {"format_version",
                          "source",
                          "revision",
                          "weights_sha256",
                          "architecture",
                          "preprocessing",
                          "tensors",
                          "hidden_size",
                          "num_hidden_layers",
                          "num_attention_heads",
                          "intermediate_size",
                          "patch_size",
                          "num_channels",
                          "hidden_act",
                          "layer_norm_eps",
                          "qkv_bias",
                          "pooler",
                          "resample",
                          "rescale_factor",
                          "image_mean",
                          "image_std",
                          "name",
                          "shape",
                          "xxh3"}) {
    const std::string quoted = "\"" + std::string(key) + "\"";
    EXPECT_THAT(error_of(replaced(to_json(some_metadata()), quoted, "\"other\"")), HasSubstr(key));
  }
}

TEST(ModelMetadata, RefusesAnotherVersion) {
  EXPECT_THAT(error_of(replaced(to_json(some_metadata()), "\"format_version\": 1", "\"format_version\": 2")),
              AllOf(HasSubstr("version 2"), HasSubstr("reads 1")));
}

TEST(ModelMetadata, RefusesWhatIsNoModels) {
  const std::string json = to_json(some_metadata());
  EXPECT_THAT(error_of(replaced(json, "\"bicubic\"", "\"cubist\"")), HasSubstr("unknown resample 'cubist'"));
  EXPECT_THAT(error_of(replaced(json, "\"hidden_size\": 32", "\"hidden_size\": \"32\"")),
              HasSubstr("not as it should be"));
  EXPECT_THAT(error_of(replaced(json, "\"hidden_size\": 32", "\"hidden_size\": 0")),
              HasSubstr("architecture"));
  EXPECT_THAT(error_of(replaced(json, "\"patch_size\": 8", "\"patch_size\": 70")), HasSubstr("architecture"));
  EXPECT_THAT(error_of(replaced(json, "\"patch_size\": 8", "\"patch_size\": 0")), HasSubstr("architecture"));
  for (const char* text : {"", "{", "[]", "null", "7", "{\"format_version\": 1}", "\xff"}) {
    EXPECT_THAT(error_of(text), HasSubstr("not as it should be")) << text;
  }
}

TEST(ModelMetadata, RefusesNumbersThatDoNotFit) {
  const std::string json = to_json(some_metadata());
  for (const char* number : {"4294967328", "-4294967264", "1e300", "32.5", "true", "null"}) {
    EXPECT_THAT(error_of(replaced(json, "\"hidden_size\": 32", "\"hidden_size\": " + std::string(number))),
                AllOf(HasSubstr("not as it should be"), HasSubstr("no whole number that fits")))
        << number;
  }
  EXPECT_THAT(error_of(replaced(json, "\"format_version\": 1", "\"format_version\": 4294967297")),
              HasSubstr("no whole number that fits"));
  EXPECT_THAT(error_of(replaced(json, "\"shape\": [\n    1,", "\"shape\": [\n    18446744073709551615,")),
              HasSubstr("no whole number that fits"));
}

TEST(ModelMetadata, RefusesMorePatchesThanCanBeCounted) {
  ModelMetadata m = some_metadata();
  m.architecture.patch_size = 1;
  m.architecture.image_size = m.preprocessing.image_size = {65537, 65536};  // 2^32 and some
  EXPECT_THAT(error_of(to_json(m)), HasSubstr("architecture"));
}

TEST(ModelMetadata, RefusesImagesOfAnotherSizeThanTheForwardReads) {
  ModelMetadata m = some_metadata();
  m.preprocessing.image_size = {8, 8};
  EXPECT_THAT(error_of(to_json(m)), HasSubstr("images are resized to 8x8, and the architecture takes 48x48"));
}

TEST(ModelMetadata, RefusesAnImageSizeOfThreeNumbers) {
  ModelMetadata oblong = some_metadata();
  oblong.architecture.image_size = oblong.preprocessing.image_size = {32, 64};
  EXPECT_THAT(error_of(replaced(to_json(oblong), "   64\n", "   64, 64\n")), HasSubstr("image_size is not"));
}

TEST(ModelMetadata, RefusesJsonOfBracketsAlone) {
  EXPECT_THAT(error_of(std::string(1 << 20, '[')), HasSubstr("nested too deep"));
}

class ReadModelMetadata : public ::testing::Test {
 protected:
  std::string error_of_file() {
    try {
      read_model_metadata(path_);
    } catch (const FatalError& e) {
      EXPECT_THAT(e.what(), HasSubstr("'" + path_.native() + "'"));
      return e.what();
    }
    return "no error";
  }

  TemporaryDirectory directory_;
  std::filesystem::path path_ = directory_ / "model.pt";
};

TEST_F(ReadModelMetadata, FindsItWhateverTheArchivesFolderIsCalled) {
  write_zip(path_, {{"first name/code/__torch__.py", "pass"},
                    {"first name/data/0", std::string(1000, '\0')},
                    {"first name/extra/vit_embed.json", to_json(some_metadata())}});
  EXPECT_EQ(read_model_metadata(path_), some_metadata());
}

TEST_F(ReadModelMetadata, SaysThatAFileIsMissing) {
  EXPECT_THAT(error_of_file(), HasSubstr("No such file"));
}

TEST_F(ReadModelMetadata, SaysThatAFileIsNoArchive) {
  for (const std::string& content :
       {std::string("not a zip at all"), std::string(), std::string("PK\x03\x04 cut short")}) {
    write_file(path_, content);
    EXPECT_THAT(error_of_file(), HasSubstr("not a TorchScript archive"));
  }
}

TEST_F(ReadModelMetadata, SaysThatAnArchiveIsNotTorchScripts) {
  write_zip(path_, {{"word/document.xml", "<x/>"}});
  EXPECT_THAT(error_of_file(), HasSubstr("not a TorchScript archive"));
}

TEST_F(ReadModelMetadata, SaysThatATorchScriptFileIsNotOurs) {
  write_zip(path_, {{"m/code/x.py", "pass"}, {"m/extra/other.json", "{}"}, {"m/vit_embed.json", "{}"}});
  EXPECT_THAT(error_of_file(), HasSubstr("not made by `vit-embed export`"));
}

TEST_F(ReadModelMetadata, SaysWhatIsWrongWithTheMetadata) {
  write_zip(path_, {{"m/code/x.py", "pass"}, {"m/extra/vit_embed.json", "{\"format_version\": 9}"}});
  EXPECT_THAT(error_of_file(), AllOf(HasSubstr("vit_embed.json is of format version 9")));
  write_zip(path_, {{"m/code/x.py", "pass"}, {"m/extra/vit_embed.json", ""}});
  EXPECT_THAT(error_of_file(), HasSubstr("vit_embed.json is not as it should be"));
}

TEST_F(ReadModelMetadata, RefusesMetadataThatIsThereTwice) {
  write_zip(path_, {{"m/code/x.py", "pass"},
                    {"m/extra/vit_embed.json", to_json(some_metadata())},
                    {"n/extra/vit_embed.json", to_json(some_metadata())}});
  EXPECT_THAT(error_of_file(), HasSubstr("vit_embed.json is there twice"));
}

TEST_F(ReadModelMetadata, RefusesMetadataThatInflatesToMoreThanAnyHas) {
  zip_t* archive = zip_open(path_.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
  const std::string spaces((16 << 20) + 1, ' ');
  zip_source_t* source = zip_source_buffer(archive, spaces.data(), spaces.size(), 0);
  ASSERT_GE(zip_file_add(archive, "m/extra/vit_embed.json", source, ZIP_FL_ENC_GUESS), 0);
  ASSERT_EQ(zip_close(archive), 0);
  ASSERT_LT(std::filesystem::file_size(path_), 1u << 20);
  EXPECT_THAT(error_of_file(), HasSubstr("vit_embed.json cannot be read"));
}

TEST_F(ReadModelMetadata, SeesAFlippedBitInTheMetadata) {
  write_zip(path_, {{"m/code/x.py", "pass"}, {"m/extra/vit_embed.json", to_json(some_metadata())}});
  std::string content = file_content(path_);
  const std::size_t at = content.find("c0ffee");
  ASSERT_NE(at, std::string::npos);
  content[at] = 'd';
  write_file(path_, content);
  EXPECT_THAT(error_of_file(), HasSubstr("vit_embed.json is damaged"));
}

}  // namespace
}  // namespace vit_embed
