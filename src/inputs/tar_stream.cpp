#include "inputs/tar_stream.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <stdexcept>
#include <system_error>

#include "inputs/regular_file.h"
#include "inputs/tar_name.h"

namespace vit_embed {
namespace {

constexpr const char* kLink = "a link in the tar: pack it with --hard-dereference --dereference";

bool is_hidden(std::string_view path) {
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view part = path.substr(begin, end - begin);
    if (part.starts_with('.') && part != "." && part != "..") return true;
    begin = end + 1;
  }
  return false;
}

/// The folders it is in count, too: one that is excluded is not entered.
bool is_excluded(const std::string& path, const std::vector<std::string>& globs) {
  if (globs.empty()) return false;
  for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    if (matches_any(globs, path.substr(0, slash))) return true;
  }
  return matches_any(globs, path);
}

std::optional<std::size_t> column_of(std::string_view member) {
  std::string field(sample_field(member));
  std::ranges::transform(field, field.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  const auto column = std::ranges::find(kSampleColumns, field);
  if (column == kSampleColumns.end()) return std::nullopt;
  return static_cast<std::size_t>(column - kSampleColumns.begin());
}

std::string without_newlines_at_end(const std::vector<std::byte>& bytes) {
  std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return text;
}

}  // namespace

FileIdentity ListedMember::read(std::vector<std::byte>&) const {
  throw std::logic_error("a member of '" + tar_->name + "' was listed only");
}

TarStream::TarStream(std::shared_ptr<const TarFile> tar, Pass pass,
                     std::shared_ptr<Cancellation> cancellation, std::uint64_t passed_over)
    : tar_(std::move(tar)), pass_(pass), cancellation_(std::move(cancellation)), passed_over_(passed_over) {}

std::optional<Input> TarStream::next() {
  while (!cancellation_->requested()) {
    if (ready_.empty() && !cut_off_.empty()) throw CutOffError(cut_off_);
    if (ready_.empty() && ended_) return std::nullopt;
    if (ready_.empty()) {
      advance();
      continue;
    }
    Input input = std::move(ready_.front());
    ready_.pop_front();
    if (num_taken_++ < passed_over_) continue;
    if (pass_ == Pass::list) input.source = std::make_unique<ListedMember>(tar_, input.source->identify());
    return input;
  }
  return std::nullopt;
}

void TarStream::open() {
  file_ = tar_->on_stdin ? FileDescriptor(::dup(STDIN_FILENO), "stdin") : open_regular_file(tar_->name);
  if (!tar_->on_stdin) tar_identity_ = identity_of_file(file_);
  archive_.emplace(file_, pass_ == Pass::list ? TarArchive::Reading::headers : TarArchive::Reading::contents,
                   *cancellation_);
}

/// One member on. What the tar gave before it turned out to be bad stays.
void TarStream::advance() {
  try {
    if (!archive_) open();
    if (!member_) member_ = archive_->next();
    if (member_) return take_or_wait();
    end(has_images_ ? nullptr
                    : std::make_unique<FailedSource>("no images in this tar", FailureKind::permanent,
                                                     tar_identity_.value_or(FileIdentity{})));
  } catch (const InputError& error) {
    end(error);
  }
}

/// Where it comes once, the part that came is not to be taken for the whole.
void TarStream::end(const InputError& error) {
  const bool is_cut = error.kind() == FailureKind::transient ||
                      dynamic_cast<const TarArchive::TruncatedError*>(&error) != nullptr;
  if (tar_->on_stdin && is_cut) {
    cut_off_ = fmt::format("'{}': {}", tar_->name, error.what());
    sample_ = {};  // columns of it may be what was cut
    return end(nullptr);
  }
  end(std::make_unique<FailedSource>(error.what(), error.kind(), tar_identity_.value_or(FileIdentity{})));
}

void TarStream::end(std::unique_ptr<FailedSource> failure) {
  end_sample();
  ended_ = true;
  archive_.reset();
  file_ = {};
  if (failure) ready_.push_back({tar_->name, std::move(failure), {"", "", ""}});
}

/// Not read before the images that it makes ready are fetched: there may be a GiB of them.
void TarStream::take_or_wait() {
  const bool is_left_out = is_hidden(member_->path) && !tar_->members.hidden;
  if (!is_left_out) make_room_for(*member_);
  if (!ready_.empty()) return;
  const TarMember member = *std::exchange(member_, std::nullopt);
  if (is_left_out) return archive_->pass_over();
  take(member);
}

void TarStream::make_room_for(const TarMember& member) {
  if (const std::string_view key = sample_key(member.path); key != sample_.key) {
    end_sample();
    sample_.key = key;
  }
  const bool is_full = sample_.images.size() >= kLargestSample || sample_.bytes >= kLargestSampleBytes;
  if (!is_full || !is_wanted(member.path)) return;
  emit_images();
  sample_.is_split = true;
}

void TarStream::take(const TarMember& member) {
  if (is_wanted(member.path)) return take_image(member);
  const std::optional<std::size_t> column = column_of(member.path);
  if (column) return take_column(member, *column);
  archive_->pass_over();
}

bool TarStream::is_wanted(const std::string& path) const {
  if (is_excluded(path, tar_->members.exclude)) return false;
  const std::vector<std::string>& globs = tar_->members.include;
  return globs.empty() ? has_image_extension(path) : matches_any(globs, path);
}

FileIdentity TarStream::identity_of(const TarMember& member) const {
  return {member.size, tar_identity_ ? tar_identity_->mtime_ns : member.mtime_ns};
}

void TarStream::take_image(const TarMember& member) {
  const FileIdentity identity = identity_of(member);
  std::unique_ptr<ByteSource> source;
  const bool is_passed_over = num_ready_ + sample_.images.size() < passed_over_;
  if (member.is_link) {
    archive_->pass_over();
    source = std::make_unique<FailedSource>(kLink, FailureKind::permanent, identity);
  } else if (pass_ == Pass::list || is_passed_over || member.size > kLargestEncodedImage) {
    archive_->pass_over();
    if (member.size > kLargestEncodedImage) {
      source = std::make_unique<FailedSource>(too_large_reason(), FailureKind::permanent, identity);
    } else {
      source = std::make_unique<ListedMember>(tar_, identity);
    }
  } else {
    try {
      auto bytes = std::make_shared<std::vector<std::byte>>(archive_->read());
      source = std::make_unique<MemorySource>(std::move(bytes), identity);
    } catch (const TarArchive::BadMemberError& error) {
      source = std::make_unique<FailedSource>(error.what(), error.kind(), identity);
    } catch (const std::bad_alloc&) {
      source = std::make_unique<FailedSource>("not enough memory for this image", FailureKind::transient,
                                              identity);
    }
  }
  check_unchanged();
  has_images_ = sample_.has_image = true;
  sample_.images.push_back({full_name(member.path), std::move(source), {}});
  sample_.bytes += std::min(member.size, kLargestEncodedImage);
}

void TarStream::take_column(const TarMember& member, std::size_t column) {
  const auto fail = [&](const std::string& why) {
    sample_.failed_columns.push_back(
        {full_name(member.path),
         std::make_unique<FailedSource>(
             fmt::format("{}: the column {} is left empty", why, kSampleColumns[column]),
             FailureKind::permanent, identity_of(member)),
         {"", "", ""}});
  };
  if (member.is_link) {
    archive_->pass_over();
    return fail(kLink);
  }
  if (member.size > kLargestColumn) {
    archive_->pass_over();
    return fail(fmt::format("larger than {} MiB", kLargestColumn >> 20));
  }
  if (pass_ == Pass::list) {
    archive_->pass_over();
  } else {
    sample_.columns[column] = without_newlines_at_end(archive_->read());
    check_unchanged();
  }
  if (sample_.is_split)
    fail(fmt::format("too far behind its images, more than {} or {} MiB of them", kLargestSample,
                     kLargestSampleBytes >> 20));
}

void TarStream::emit_images() {
  for (Input& image : sample_.images) {
    image.columns.assign(sample_.columns.begin(), sample_.columns.end());
    ready_.push_back(std::move(image));
  }
  num_ready_ += sample_.images.size();
  sample_.images.clear();
  sample_.bytes = 0;
}

void TarStream::end_sample() {
  emit_images();
  if (sample_.has_image) {
    num_ready_ += sample_.failed_columns.size();
    std::ranges::move(sample_.failed_columns, std::back_inserter(ready_));
  }
  sample_ = {};
}

/// What was written to while it was read is no tar to be trusted.
void TarStream::check_unchanged() const {
  if (tar_identity_ && identity_of_file(file_) != *tar_identity_)
    throw InputError(FailureKind::transient, "changed while it was read");
}

}  // namespace vit_embed
