#include "formats/model_archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "base/error.h"
#include "support/temporary_directory.h"
#include "support/zip_file.h"

namespace vit_embed {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class ModelArchiveTest : public ::testing::Test {
 protected:
  /// Writes into the archive's directory, whose record of the first entry starts where it starts.
  void overwrite_directory(std::size_t at, std::uint32_t value) {
    std::string bytes = file_content(path_);
    const std::size_t directory = bytes.find("PK\x01\x02");
    ASSERT_NE(directory, std::string::npos);
    std::memcpy(bytes.data() + directory + at, &value, sizeof(value));
    write_file(path_, bytes);
  }

  void expect_unreadable() {
    EXPECT_THAT(
        [&] {
          const ModelArchive archive(path_);
          for (const ModelArchive::Record& record : archive.records()) {
            std::vector<std::byte> bytes(record.size);
            archive.read(record, bytes);
          }
        },
        ThrowsMessage<FatalError>(HasSubstr("model.pt'")));
  }

  static constexpr std::size_t kCompressedSize = 20, kSize = 24, kOffset = 42;  // ZIP's, in its directory

  TemporaryDirectory directory_;
  std::filesystem::path path_ = directory_ / "model.pt";
};

TEST_F(ModelArchiveTest, GivesEachRecordsBytes) {
  write_zip(path_, {{"m/data/0", "zero"}, {"m/code/m.py", ""}, {"m/data/10", "ten"}});
  const ModelArchive archive(path_);
  EXPECT_TRUE(archive.is_torchscript());
  ASSERT_EQ(archive.records().size(), 2);
  std::string bytes(3, '\0');
  archive.read(archive.records()[1], std::as_writable_bytes(std::span(bytes)));
  EXPECT_EQ(archive.records()[1].number, 10);
  EXPECT_EQ(bytes, "ten");
}

TEST_F(ModelArchiveTest, TakesNoRecordUnderANameThatLeadsElsewhere) {
  write_zip(path_, {{"../m/data/0", "x"},
                    {"/data/../0", "x"},
                    {"m/data/../../0", "x"},
                    {"m/data/-1", "x"},
                    {"m/data/99999999999999999999", "x"},
                    {"m/data/1/2", "x"}});
  EXPECT_TRUE(ModelArchive(path_).records().empty());
}

TEST_F(ModelArchiveTest, ReadsNothingBehindItsFile) {
  const std::vector<std::pair<std::string, std::string>> entries{{"m/data/0", std::string(100, 'x')}};
  write_zip(path_, entries);
  overwrite_directory(kOffset, 1u << 30);
  expect_unreadable();
  write_zip(path_, entries);
  overwrite_directory(kSize, 1u << 20);
  overwrite_directory(kCompressedSize, 1u << 20);
  expect_unreadable();
  write_zip(path_, entries);
  overwrite_directory(kSize, 1u << 20);  // stored, and not as large as it is stored
  expect_unreadable();
}

}  // namespace
}  // namespace vit_embed
