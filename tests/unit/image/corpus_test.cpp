#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "base/error.h"
#include "image/decode.h"
#include "test_images.h"

namespace vit_embed {
namespace {

struct CorpusFile {
  std::string name;
  std::string pillow;  // SHA-256 of its RGB bytes, or "error"
  std::string ours;    // "same", "error", or SHA-256
};

std::vector<CorpusFile> corpus_files() {
  std::vector<CorpusFile> files;
  for (const std::string& line : test::read_lines(test::data_path("corpus/expected.txt"))) {
    CorpusFile file;
    std::istringstream(line) >> file.name >> file.pillow >> file.ours;
    files.push_back(file);
  }
  return files;
}

std::string outcome(const ImageDecoder& decoder, const std::vector<std::byte>& encoded,
                    const DecodeOptions& options = {}) {
  try {
    return test::pixel_digest(decoder.decode(encoded, options));
  } catch (const InputError& error) {
    EXPECT_EQ(error.kind(), FailureKind::permanent);
    EXPECT_STRNE(error.what(), "");
    return "error";
  }
}

TEST(Corpus, HasThePixelsOfPillowOrADifferenceThatIsKnown) {
  const ImageDecoder decoder({});
  const std::vector<CorpusFile> files = corpus_files();
  ASSERT_GT(files.size(), 500U);
  for (const CorpusFile& file : files) {
    const auto encoded = test::read_file(test::corpus_path(file.name));
    EXPECT_EQ(outcome(decoder, encoded), file.ours == "same" ? file.pillow : file.ours) << file.name;
  }
}

// Every damage must end in an error or an image: no crash, no hang, nothing for a sanitizer.
TEST(Corpus, SurvivesAnyByteChanged) {
  const ImageDecoder decoder({});
  std::size_t n = 0;
  for (const CorpusFile& file : corpus_files()) {
    auto encoded = test::read_file(test::corpus_path(file.name));
    if (encoded.empty()) continue;
    for (int i = 0; i < 8; ++i) {
      n = n * 6364136223846793005U + 1442695040888963407U;
      encoded[(n >> 33) % encoded.size()] = static_cast<std::byte>(n >> 25);
      outcome(decoder, encoded, {.allow_truncated = i % 2 == 0, .max_pixels = 1'000'000});
    }
  }
}

}  // namespace
}  // namespace vit_embed
