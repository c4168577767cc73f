#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "encoder/native_weights.h"
#include "formats/model_archive.h"
#include "formats/model_metadata.h"

namespace vit_embed {

/// The parameters of a file of `vit-embed export`, read from its archive without LibTorch. What is read has
/// the hash that vit_embed.json says, whichever record it stands in: the table does not name them.
class StoredWeights : public NativeWeights {
 public:
  /// `metadata` is the file's own. Throws FatalError naming the file where that does not fit itself or the
  /// file is too small for it.
  StoredWeights(std::filesystem::path model_file, const ModelMetadata& metadata);
  ~StoredWeights() override;

  void read(const Parameter& parameter, std::span<float> values) const override;

 private:
  struct Expected {
    std::string xxh3;
    std::uint64_t position = 0;  ///< in the order of the architecture, in which export writes the tensors
  };
  class Lease;

  std::filesystem::path path_;
  std::map<std::string, Expected> expected_;                 // by parameter
  mutable std::mutex mutex_;                                 // of the next
  mutable std::vector<std::unique_ptr<ModelArchive>> idle_;  // an archive serves one thread at a time
};

}  // namespace vit_embed
