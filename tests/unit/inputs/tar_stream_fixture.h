#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "inputs/tar_stream.h"
#include "support/drained.h"
#include "support/temporary_directory.h"

namespace vit_embed {

inline constexpr std::int64_t kMtime = 1'700'000'000'000'000'005;

/// A tar in a file of its own.
class TarStreamTest : public ::testing::Test {
 protected:
  void make(std::string_view bytes) {
    write_file(path_, bytes);
    const timespec time{kMtime / 1'000'000'000, kMtime % 1'000'000'000};
    const timespec both[2]{time, time};
    ASSERT_EQ(::utimensat(AT_FDCWD, path_.c_str(), both, 0), 0);
  }

  TarStream opened(TarStream::Pass pass = TarStream::Pass::read, std::uint64_t passed_over = 0) {
    auto tar = std::make_shared<TarFile>();
    tar->name = path_;
    tar->members = members_;
    return TarStream(std::move(tar), pass, std::make_shared<Cancellation>(), passed_over);
  }

  /// Each input as "member=content", "member!failure" where it fails; the tar itself is "".
  static std::vector<std::string> told(TarStream&& stream, const std::string& name) {
    std::vector<std::string> all;
    while (const std::optional<Input> input = stream.next()) {
      EXPECT_EQ(input->columns.size(), kSampleColumns.size());
      const std::string member = input->name == name ? "" : input->name.substr(name.size() + 1);
      const std::string failure = failure_of(*input->source);
      all.push_back(failure.empty() ? member + "=" + text_of(*input->source) : member + "!" + failure);
    }
    return all;
  }
  std::vector<std::string> told() { return told(opened(), path_.native()); }

  /// The names that it lists, which must be those that it reads.
  std::vector<std::string> listed() {
    TarStream list = opened(TarStream::Pass::list);
    TarStream read = opened();
    std::vector<std::string> names;
    while (const std::optional<Input> input = list.next()) {
      const std::optional<Input> same = read.next();
      EXPECT_TRUE(same && same->name == input->name) << input->name;
      if (same) {
        EXPECT_EQ(same->source->identify(), input->source->identify());
      }
      names.push_back(input->name == path_ ? "" : input->name.substr(path_.native().size() + 1));
    }
    EXPECT_FALSE(read.next());
    return names;
  }

  TemporaryDirectory directory_;
  std::filesystem::path path_ = directory_ / "x.tar";
  FolderOptions members_;
};

}  // namespace vit_embed
