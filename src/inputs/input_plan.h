#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/file_descriptor.h"
#include "formats/inputs_digest.h"
#include "inputs/input_stream.h"
#include "inputs/tar_stream.h"

namespace vit_embed {

/// The whole of a run's inputs, listed and examined once before any image is read: how many there are, how
/// large, and a digest that tells whether an earlier output is still that of these inputs. The list stands in
/// an unlinked temporary file, so that memory does not grow with it.
class InputPlan {
 public:
  /// Takes everything from `inputs`. The temporary file is made in `directory`. Blocks until the last of them
  /// is listed, or a stop is requested: then the plan is not the whole.
  InputPlan(InputStream& inputs, const std::filesystem::path& directory, std::stop_token stop);

  std::uint64_t count() const { return count_; }
  std::uint64_t total_bytes() const { return total_bytes_; }
  const std::string& digest() const { return digest_; }

  struct Item {
    Input input;
    FileIdentity identity;  ///< when it was listed
  };

  /// Goes through the plan from its start. One reader at a time. What came from a tar comes as ListedMember,
  /// to be told and not to be read (PlanStream).
  class Reader {
   public:
    explicit Reader(const InputPlan& plan);
    std::optional<Item> next();

   private:
    template <class T>
    T get();
    std::string get_text();
    void get(std::span<std::byte> bytes);

    const InputPlan* plan_;
    FileDescriptor file_;
    std::uint64_t remaining_;
    std::vector<std::byte> buffer_;
    std::size_t position_ = 0;
  };

 private:
  std::string record_of(const Input& input, const FileIdentity& identity);

  FileDescriptor file_;
  std::vector<MemorySource> in_memory_;  // an image from stdin, whose bytes are there once
  std::vector<std::shared_ptr<const TarFile>> tars_;
  std::uint64_t count_ = 0;
  std::uint64_t total_bytes_ = 0;
  std::string digest_;
};

}  // namespace vit_embed
