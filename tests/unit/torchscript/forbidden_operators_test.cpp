#include "torchscript/forbidden_operators.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zip.h>

#include <string>

#include "base/error.h"
#include "support/exported_model.h"
#include "support/temporary_directory.h"
#include "torchscript/model_reader.h"

namespace vit_embed {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

/// A model file whose code has a method more, as a stranger may have written it.
class ModelOfAStranger : public testing::Test {
 protected:
  ModelOfAStranger() { export_snapshot(small_snapshot(small_architecture()), path_); }

  void add_method(const std::string& statement) {
    zip_t* archive = zip_open(path_.c_str(), 0, nullptr);
    ASSERT_NE(archive, nullptr);
    const zip_int64_t index = find_code(archive);
    ASSERT_GE(index, 0);
    code_ = read(archive, static_cast<zip_uint64_t>(index));
    const std::size_t self = code_.find("self: __torch__");
    ASSERT_NE(self, std::string::npos);
    const std::string typed_self = code_.substr(self, code_.find_first_of(",)", self) - self);
    code_ += "  def of_a_stranger(" + typed_self + ",\n    x: Tensor) -> Tensor:\n    " + statement + "\n";
    zip_source_t* source = zip_source_buffer(archive, code_.data(), code_.size(), 0);
    ASSERT_EQ(zip_file_replace(archive, static_cast<zip_uint64_t>(index), source, 0), 0);
    zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), ZIP_CM_STORE, 0);
    ASSERT_EQ(zip_close(archive), 0);
  }

  TemporaryDirectory directory_;
  std::filesystem::path path_ = directory_ / "model.pt";

 private:
  static zip_int64_t find_code(zip_t* archive) {
    for (zip_int64_t i = 0; i < zip_get_num_entries(archive, 0); ++i) {
      const std::string name = zip_get_name(archive, static_cast<zip_uint64_t>(i), 0);
      if (name.find("/code/") != std::string::npos && name.ends_with(".py")) {
        if (read(archive, static_cast<zip_uint64_t>(i)).find("def forward") != std::string::npos) return i;
      }
    }
    return -1;
  }

  static std::string read(zip_t* archive, zip_uint64_t index) {
    zip_stat_t status;
    zip_stat_index(archive, index, 0, &status);
    std::string text(status.size, '\0');
    zip_file_t* entry = zip_fopen_index(archive, index, 0);
    zip_fread(entry, text.data(), text.size());
    zip_fclose(entry);
    return text;
  }

  std::string code_;
};

TEST_F(ModelOfAStranger, LoadsWithAMethodThatDoesNoHarm) {
  add_method("return torch.relu(x)");
  EXPECT_NO_THROW(load_model_file(path_));
  EXPECT_NO_THROW(load_foreign_module(path_));
}

TEST_F(ModelOfAStranger, IsRefusedWhereItWritesAFile) {
  add_method("torch.save(x, \"written\")\n    return x");
  const auto refused =
      ThrowsMessage<FatalError>(AllOf(HasSubstr("model.pt'"), HasSubstr("calls aten::save")));
  EXPECT_THAT([&] { load_model_file(path_); }, refused);
  EXPECT_THAT([&] { load_foreign_module(path_); }, refused);
}

TEST_F(ModelOfAStranger, IsRefusedWhereItReadsAFile) {
  add_method("return torch.from_file(\"/etc/hostname\", False, 1)");
  const auto refused =
      ThrowsMessage<FatalError>(AllOf(HasSubstr("model.pt'"), HasSubstr("calls aten::from_file")));
  EXPECT_THAT([&] { load_model_file(path_); }, refused);
  EXPECT_THAT([&] { load_foreign_module(path_); }, refused);
}

}  // namespace
}  // namespace vit_embed
