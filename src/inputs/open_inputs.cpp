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
#include "inputs/tar_name.h"

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
    std::shared_ptr<std::vector<std::byte>> bytes = read_stdin();
    if (is_tar(*bytes)) {
      return Input{name_,
                   std::make_unique<FailedSource>("a tar: with --stdin-name data.tar its images are read",
                                                  FailureKind::permanent)};
    }
    return Input{name_, std::make_unique<MemorySource>(std::move(bytes))};
  }

 private:
  static bool is_tar(std::span<const std::byte> bytes) {
    constexpr std::string_view kMagic = "ustar";
    constexpr std::size_t kMagicAt = 257;
    return bytes.size() >= kMagicAt + kMagic.size() &&
           std::ranges::equal(bytes.subspan(kMagicAt, kMagic.size()), std::as_bytes(std::span(kMagic)));
  }

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
      if (n < kChunk || is_tar(*bytes)) break;
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

/// Gives each input all the columns of the run. A label is looked for behind the first `unlabelled` bytes of
/// a name: a tar is no folder.
class Columned : public InputStream {
 public:
  Columned(std::unique_ptr<InputStream> inputs, Labels labels, std::size_t unlabelled, bool samples)
      : inputs_(std::move(inputs)), labels_(labels), unlabelled_(unlabelled), samples_(samples) {}

  std::optional<Input> next() override {
    std::optional<Input> input = inputs_->next();
    if (!input) return input;
    if (samples_) input->columns.resize(kSampleColumns.size());
    if (labels_ == Labels::folder) {
      const std::string_view name = input->name;
      input->columns.insert(input->columns.begin(),
                            folder_name(name.substr(std::min(unlabelled_, name.size()))));
    }
    return input;
  }

  std::uint64_t passed_over() const override { return inputs_->passed_over(); }
  void cancel() override { inputs_->cancel(); }

 private:
  std::unique_ptr<InputStream> inputs_;
  Labels labels_;
  std::size_t unlabelled_;
  bool samples_;
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
    throw UsageError("stdin can be read once: one '-', as an image or a tar, or '--files-from -'");
  }
  if (options.paths.empty() && !options.files_from) {
    throw UsageError("no images: give files, folders, tars, '-' for stdin, or --files-from");
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

bool is_tar(const std::string& path, const InputOptions& options) {
  return path == "-" ? is_tar_name(options.stdin_name) : is_tar_name(path) && !is_folder(path);
}

bool has_tars(const InputOptions& options) {
  return std::ranges::any_of(options.paths,
                             [&options](const std::string& path) { return is_tar(path, options); });
}

/// With a path for each one that a range stands for.
std::vector<std::string> expanded(const std::vector<std::string>& paths) {
  std::vector<std::string> all;
  for (const std::string& path : paths) {
    struct stat status {};
    if (!is_tar_name(path) || ::lstat(path.c_str(), &status) == 0) {
      all.push_back(path);
    } else {
      std::ranges::move(expand_ranges(path), std::back_inserter(all));
    }
  }
  return all;
}

/// Turns each argument into its stream.
class Arguments {
 public:
  Arguments(const InputOptions& options, TarStream::Pass pass)
      : options_(options),
        pass_(pass),
        paths_(expanded(options.paths)),
        samples_(has_tars(options)),
        cancellation_(std::make_shared<Cancellation>()) {}

  std::vector<std::unique_ptr<InputStream>> open() const {
    std::vector<std::unique_ptr<InputStream>> streams;
    for (const std::string& path : paths_) streams.push_back(open_path(path));
    return streams;
  }

  std::unique_ptr<InputStream> with_columns(std::unique_ptr<InputStream> inputs,
                                            std::size_t unlabelled = 0) const {
    if (options_.labels == Labels::none && !samples_) return inputs;
    return std::make_unique<Columned>(std::move(inputs), options_.labels, unlabelled, samples_);
  }

 private:
  /// The stream that an argument is: a tar, an image on stdin, a folder or a file.
  std::unique_ptr<InputStream> open_path(const std::string& path) const {
    if (path != "-" && paths_.size() == 1 && !options_.files_from) require_existing(path);
    if (is_tar(path, options_)) return open_tar(path);
    if (path == "-") return with_columns(std::make_unique<StdinInput>(options_.stdin_name));
    if (is_folder(path))
      return with_columns(
          std::make_unique<FolderStream>(path, options_.folders, options_.shard.value_or(Shard{})));
    return with_columns(std::make_unique<SingleInput>(path));
  }

  std::unique_ptr<InputStream> open_tar(const std::string& path) const {
    const bool on_stdin = path == "-";
    auto tar =
        std::make_shared<TarFile>(TarFile{on_stdin ? options_.stdin_name : path, on_stdin, options_.folders});
    const std::size_t unlabelled = tar->name.size() + 1;
    return with_columns(std::make_unique<TarStream>(std::move(tar), pass_, cancellation_), unlabelled);
  }

  const InputOptions& options_;
  TarStream::Pass pass_;
  std::vector<std::string> paths_;
  bool samples_;
  std::shared_ptr<Cancellation> cancellation_;
};

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
  std::vector<std::string> names;
  if (options.labels == Labels::folder) names.emplace_back("label");
  if (has_tars(options)) names.insert(names.end(), kSampleColumns.begin(), kSampleColumns.end());
  return names;
}

bool come_once(const InputOptions& options) {
  return is_tar_name(options.stdin_name) && std::ranges::count(options.paths, "-") > 0;
}

std::unique_ptr<InputStream> open_inputs(const InputOptions& options, TarStream::Pass pass) {
  check_usage(options);
  const Arguments arguments(options, pass);
  std::vector<std::unique_ptr<InputStream>> streams = arguments.open();
  if (options.files_from) {
    streams.push_back(arguments.with_columns(
        open_list(*options.files_from, options.null_separated, options.shard.value_or(Shard{}))));
  }
  return std::make_unique<Concatenation>(std::move(streams));
}

}  // namespace vit_embed
