#include "inputs/open_inputs.h"

#include <unistd.h>

#include <utility>
#include <vector>

#include "inputs/columned_stream.h"
#include "inputs/input_arguments.h"
#include "inputs/list_stream.h"
#include "inputs/stdin_image.h"

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

class Concatenation : public InputStream {
 public:
  Concatenation(std::vector<std::unique_ptr<InputStream>> streams, std::uint64_t passed_over)
      : streams_(std::move(streams)), passed_over_(passed_over) {}

  std::optional<Input> next() override {
    for (; current_ < streams_.size(); ++current_) {
      if (std::optional<Input> input = streams_[current_]->next()) return input;
    }
    return std::nullopt;
  }

  std::uint64_t passed_over() const override {
    std::uint64_t count = passed_over_;
    for (const std::unique_ptr<InputStream>& stream : streams_) count += stream->passed_over();
    return count;
  }

  std::string why_empty() const override {
    std::string all;
    for (const std::unique_ptr<InputStream>& stream : streams_) {
      const std::string why = stream->why_empty();
      if (!why.empty()) all += (all.empty() ? "" : "; ") + why;
    }
    return all;
  }

  void cancel() override {
    for (const std::unique_ptr<InputStream>& stream : streams_) stream->cancel();
  }

 private:
  std::vector<std::unique_ptr<InputStream>> streams_;
  std::uint64_t passed_over_;  // before any stream was made
  std::size_t current_ = 0;
};

/// Turns each argument into its stream.
class Arguments {
 public:
  Arguments(const InputOptions& options, TarStream::Pass pass)
      : options_(options),
        shard_(options.shard.value_or(Shard{})),
        pass_(pass),
        paths_(argument_paths(options)),
        samples_(has_tars(options)),
        cancellation_(std::make_shared<Cancellation>()) {}

  std::unique_ptr<InputStream> open() const {
    std::vector<std::unique_ptr<InputStream>> streams;
    std::uint64_t passed_over = 0;
    for (const std::string& path : paths_) {
      if (is_tar(path, options_) && !shard_.holds(shard_key_of_tar(path))) {
        ++passed_over;
      } else {
        streams.push_back(open_path(path));
      }
    }
    if (options_.files_from)
      streams.push_back(with_columns(open_list(*options_.files_from, options_.null_separated, shard_)));
    return std::make_unique<Concatenation>(std::move(streams), passed_over);
  }

 private:
  /// The stream that an argument is: a tar, an image on stdin, a folder or a file.
  std::unique_ptr<InputStream> open_path(const std::string& path) const {
    if (path != "-" && paths_.size() == 1 && !options_.files_from) require_existing(path);
    if (is_tar(path, options_)) return open_tar(path);
    if (path == "-")
      return with_columns(
          std::make_unique<StdinImage>(options_.stdin_name, FileDescriptor(::dup(STDIN_FILENO), "stdin")));
    if (is_folder(path)) return with_columns(std::make_unique<FolderStream>(path, options_.folders, shard_));
    return with_columns(std::make_unique<SingleInput>(path));
  }

  std::unique_ptr<InputStream> open_tar(const std::string& path) const {
    const bool on_stdin = path == "-";
    auto tar =
        std::make_shared<TarFile>(TarFile{on_stdin ? options_.stdin_name : path, on_stdin, options_.folders});
    const std::size_t unlabelled = tar->name.size() + 1;
    return with_columns(std::make_unique<TarStream>(std::move(tar), pass_, cancellation_), unlabelled);
  }

  std::unique_ptr<InputStream> with_columns(std::unique_ptr<InputStream> inputs,
                                            std::size_t unlabelled = 0) const {
    if (options_.labels == Labels::none && !samples_) return inputs;
    return std::make_unique<ColumnedStream>(std::move(inputs), options_.labels, unlabelled, samples_);
  }

  const InputOptions& options_;
  Shard shard_;
  TarStream::Pass pass_;
  std::vector<std::string> paths_;
  bool samples_;
  std::shared_ptr<Cancellation> cancellation_;
};

}  // namespace

std::unique_ptr<InputStream> open_inputs(const InputOptions& options, TarStream::Pass pass) {
  check_usage(options);
  if (options.shard) shard_source(options);
  return Arguments(options, pass).open();
}

}  // namespace vit_embed
