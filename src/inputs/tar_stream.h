#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "inputs/cancellation.h"
#include "inputs/folder_stream.h"
#include "inputs/input_stream.h"
#include "inputs/tar_archive.h"

namespace vit_embed {

/// A tar that was given as an argument, and what is wanted of it.
struct TarFile {
  std::string name;  ///< its path, or what the tar on stdin is called
  bool on_stdin = false;
  FolderOptions members;  ///< chooses among the members by their paths, as among the files of a folder
};

/// The members of a sample that are no images become these columns.
inline constexpr std::array<std::string_view, 3> kSampleColumns{"cls", "txt", "json"};

/// A larger member is no column: it is left empty, and the member is an input that fails.
inline constexpr std::uint64_t kLargestColumn = std::uint64_t{1} << 20;

/// What stands for an input from a tar that was listed, and not read.
class ListedMember : public ByteSource {
 public:
  ListedMember(std::shared_ptr<const TarFile> tar, FileIdentity identity)
      : tar_(std::move(tar)), identity_(identity) {}
  FileIdentity identify() const override { return identity_; }
  FileIdentity read(std::vector<std::byte>&) const override;
  const std::shared_ptr<const TarFile>& tar() const { return tar_; }

 private:
  std::shared_ptr<const TarFile> tar_;
  FileIdentity identity_;
};

/// The images in a tar, in its order, named by it and their paths in it, each with the sample's columns. A
/// sample comes once it is complete, or in pieces where it is larger than kLargestSample or
/// kLargestSampleBytes: a column behind a piece fails. Where the tar is bad or has no images it is itself the
/// last input, and fails; one on stdin that is cut is a CutOffError. An image's identity is its size and the
/// tar's mtime; of a tar on stdin, the member's own. Opened with its first input.
class TarStream : public InputStream {
 public:
  enum class Pass {
    read,
    list,  ///< the sources are ListedMembers and the columns are empty: headers are read alone
  };
  /// The first `passed_over` inputs are left out, and not read.
  TarStream(std::shared_ptr<const TarFile> tar, Pass pass, std::shared_ptr<Cancellation> cancellation,
            std::uint64_t passed_over = 0);
  TarStream(const TarStream&) = delete;  // the archive refers to the file
  TarStream& operator=(const TarStream&) = delete;

  std::optional<Input> next() override;
  void cancel() override { cancellation_->request(); }

  /// Bounds what is in memory while a sample is not complete, its last image not counted.
  static constexpr std::size_t kLargestSample = 64;
  static constexpr std::uint64_t kLargestSampleBytes = std::uint64_t{64} << 20;

 private:
  struct Sample {
    std::string key;
    std::vector<Input> images;
    std::uint64_t bytes = 0;  // of the images
    std::array<std::string, kSampleColumns.size()> columns;
    std::vector<Input> failed_columns;
    bool has_image = false;
    bool is_split = false;  // images of it came before it was complete
  };

  void open();
  void advance();
  void take_or_wait();
  void make_room_for(const TarMember& member);
  void take(const TarMember& member);
  void take_image(const TarMember& member);
  void take_column(const TarMember& member, std::size_t column);
  void emit_images();
  void end_sample();
  void end(std::unique_ptr<FailedSource> failure);
  void end(const InputError& error);
  bool is_wanted(const std::string& path) const;
  std::string full_name(const std::string& path) const { return tar_->name + "/" + path; }
  FileIdentity identity_of(const TarMember& member) const;
  void check_unchanged() const;

  std::shared_ptr<const TarFile> tar_;
  Pass pass_;
  std::shared_ptr<Cancellation> cancellation_;
  std::uint64_t passed_over_;

  FileDescriptor file_;
  std::optional<FileIdentity> tar_identity_;  // of a file
  std::optional<TarArchive> archive_;
  std::optional<TarMember> member_;  // whose header was read, and whose content was not
  Sample sample_;
  std::deque<Input> ready_;
  std::uint64_t num_ready_ = 0;  // that ever were
  std::uint64_t num_taken_ = 0;  // out of ready_
  bool has_images_ = false;
  bool ended_ = false;
  std::string cut_off_;  // why, where there is more of a tar that ended
};

}  // namespace vit_embed
