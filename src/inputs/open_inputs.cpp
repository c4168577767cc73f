#include "inputs/open_inputs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "inputs/list_stream.h"

namespace vit_embed {
namespace {

class SingleInput : public InputStream {
 public:
  explicit SingleInput(std::string path) : path_(std::move(path)) {}

  std::optional<Input> next() override {
    if (std::exchange(done_, true)) return std::nullopt;
    return Input{path_, std::make_unique<FileSource>(path_)};
  }

 private:
  std::string path_;
  bool done_ = false;
};

class StdinInput : public InputStream {
 public:
  explicit StdinInput(std::string name) : name_(std::move(name)) {}

  std::optional<Input> next() override {
    if (std::exchange(done_, true)) return std::nullopt;
    return Input{name_, std::make_unique<MemorySource>(read_stdin())};
  }

 private:
  /// One byte more than is allowed, at most, so that too large an image is seen to be too large.
  static std::shared_ptr<std::vector<std::byte>> read_stdin() {
    constexpr std::size_t kChunk = std::size_t{1} << 20;
    FileDescriptor input(::dup(STDIN_FILENO), "stdin");
    auto bytes = std::make_shared<std::vector<std::byte>>();
    while (bytes->size() <= kLargestEncodedImage) {
      const std::size_t old_size = bytes->size();
      bytes->resize(old_size + kChunk);
      const std::size_t n = input.read_some(std::span(*bytes).subspan(old_size));
      bytes->resize(old_size + n);
      if (n < kChunk) break;
    }
    return bytes;
  }

  std::string name_;
  bool done_ = false;
};

/// "" where there is no folder in the name.
std::string folder_name(std::string_view path) {
  const std::size_t end = path.rfind('/');
  if (end == std::string_view::npos) return {};
  path = path.substr(0, end);
  return std::string(path.substr(path.rfind('/') + 1));
}

/// Gives each input its columns.
class Labelled : public InputStream {
 public:
  explicit Labelled(std::unique_ptr<InputStream> inputs) : inputs_(std::move(inputs)) {}

  std::optional<Input> next() override {
    std::optional<Input> input = inputs_->next();
    if (input) input->columns.insert(input->columns.begin(), folder_name(input->name));
    return input;
  }

  std::uint64_t passed_over() const override { return inputs_->passed_over(); }
  void cancel() override { inputs_->cancel(); }

 private:
  std::unique_ptr<InputStream> inputs_;
};

class Concatenation : public InputStream {
 public:
  explicit Concatenation(std::vector<std::unique_ptr<InputStream>> streams) : streams_(std::move(streams)) {}

  std::optional<Input> next() override {
    for (; current_ < streams_.size(); ++current_) {
      if (std::optional<Input> input = streams_[current_]->next()) return input;
    }
    return std::nullopt;
  }

  std::uint64_t passed_over() const override {
    std::uint64_t count = 0;
    for (const std::unique_ptr<InputStream>& stream : streams_) count += stream->passed_over();
    return count;
  }

  void cancel() override {
    for (const std::unique_ptr<InputStream>& stream : streams_) stream->cancel();
  }

 private:
  std::vector<std::unique_ptr<InputStream>> streams_;
  std::size_t current_ = 0;
};

void check_usage(const InputOptions& options) {
  const auto images_on_stdin = std::ranges::count(options.paths, "-");
  if (images_on_stdin + (options.files_from == "-" ? 1 : 0) > 1) {
    throw UsageError("stdin can be read once: one '-' as an image, or '--files-from -'");
  }
  if (options.paths.empty() && !options.files_from) {
    throw UsageError("no images: give files, folders, '-' for an image on stdin, or --files-from");
  }
  if (options.null_separated && !options.files_from) throw UsageError("-0/--null goes with --files-from");
}

bool is_folder(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

void require_existing(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0) return;
  throw FatalError(fmt::format("'{}': {}", path, std::generic_category().message(errno)));
}

std::unique_ptr<InputStream> open_path(const std::string& path, const InputOptions& options, bool only) {
  if (path == "-") return std::make_unique<StdinInput>(options.stdin_name);
  if (only) require_existing(path);
  if (is_folder(path))
    return std::make_unique<FolderStream>(path, options.folders, options.shard.value_or(Shard{}));
  return std::make_unique<SingleInput>(path);
}

/// What the names of a folder's inputs start with.
std::string as_folder(const std::string& path) {
  return path.ends_with('/') ? path : path + '/';
}

/// An image of two of them would be in two shards.
void require_apart(const std::vector<std::string>& paths) {
  std::vector<std::string> folders;
  std::ranges::transform(paths, std::back_inserter(folders), as_folder);
  std::ranges::sort(folders);
  const auto found = std::ranges::adjacent_find(
      folders, [](const std::string& a, const std::string& b) { return b.starts_with(a); });
  if (found != folders.end())
    throw UsageError(fmt::format("--shard: '{}' is within '{}'", *(found + 1), *found));
}

}  // namespace

ShardSource shard_source(const InputOptions& options) {
  if (options.paths.empty()) return ShardSource::list;
  for (const std::string& path : options.paths) {
    if (options.files_from || path == "-")
      throw UsageError("--shard takes folders, or one list, and not both");
    require_existing(path);
    if (!is_folder(path)) {
      throw UsageError(
          fmt::format("--shard takes folders or a list (--files-from), and '{}' is an image", path));
    }
  }
  require_apart(options.paths);
  return ShardSource::folders;
}

std::vector<std::string> column_names(const InputOptions& options) {
  if (options.labels == Labels::none) return {};
  return {"label"};
}

std::unique_ptr<InputStream> open_inputs(const InputOptions& options) {
  check_usage(options);
  std::vector<std::string> paths = options.paths;
  if (options.shard) {
    shard_source(options);
    std::ranges::sort(paths, {}, as_folder);
  }
  const bool only = options.paths.size() == 1 && !options.files_from;
  std::vector<std::unique_ptr<InputStream>> streams;
  for (const std::string& path : paths) streams.push_back(open_path(path, options, only));
  if (options.files_from) {
    streams.push_back(
        open_list(*options.files_from, options.null_separated, options.shard.value_or(Shard{})));
  }
  auto all = std::make_unique<Concatenation>(std::move(streams));
  if (options.labels == Labels::none) return all;
  return std::make_unique<Labelled>(std::move(all));
}

}  // namespace vit_embed
