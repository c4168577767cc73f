#include "encoder/native_stored_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "formats/digest.h"

namespace vit_embed {

/// One of the opened archives, given back at the end.
class StoredWeights::Lease {
 public:
  explicit Lease(const StoredWeights& weights) : weights_(weights) {
    {
      const std::lock_guard lock(weights.mutex_);
      if (!weights.idle_.empty()) {
        archive_ = std::move(weights.idle_.back());
        weights.idle_.pop_back();
      }
    }
    if (!archive_) archive_ = std::make_unique<ModelArchive>(weights.path_);
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease() {
    const std::lock_guard lock(weights_.mutex_);
    weights_.idle_.push_back(std::move(archive_));
  }

  const ModelArchive& archive() const { return *archive_; }

 private:
  const StoredWeights& weights_;
  std::unique_ptr<ModelArchive> archive_;
};

StoredWeights::StoredWeights(std::filesystem::path model_file, const ModelMetadata& metadata)
    : path_(std::move(model_file)) {
  try {
    validate_tensor_table(metadata);
  } catch (const FatalError& e) {
    throw FatalError(fmt::format("model file '{}': {}", path_.native(), e.what()));
  }
  for (const TensorEntry& entry : metadata.tensors) expected_[entry.name].xxh3 = entry.xxh3;
  std::uint64_t position = 0;
  std::uint64_t needed = 0;  // bytes
  for (const Parameter& parameter : vit_parameters(metadata.architecture)) {
    expected_.at(parameter.name).position = position++;
    needed += static_cast<std::uint64_t>(parameter.num_elements()) * sizeof(float);
  }
  // Seen before memory is asked for: what a small file says of itself could take all there is.
  std::error_code not_there;  // which reading says
  if (std::filesystem::file_size(path_, not_there) < needed) {
    throw FatalError(
        fmt::format("model file '{}': its tensors take {} bytes, more than it has", path_.native(), needed));
  }
}

StoredWeights::~StoredWeights() = default;

void StoredWeights::read(const Parameter& parameter, std::span<float> values) const {
  const Expected& expected = expected_.at(parameter.name);
  const std::span<std::byte> bytes = std::as_writable_bytes(values);
  const Lease lease(*this);
  std::vector<ModelArchive::Record> candidates;
  std::ranges::copy_if(lease.archive().records(), std::back_inserter(candidates),
                       [&](const auto& r) { return r.size == bytes.size() && !r.compressed; });
  // Where export wrote it, before those of a file that something else has written again.
  std::ranges::partition(candidates, [&](const auto& r) { return r.number == expected.position; });
  for (const ModelArchive::Record& record : candidates) {
    lease.archive().read(record, bytes);
    if (xxh3_hex(bytes) == expected.xxh3) return;
  }
  throw FatalError(fmt::format("model file '{}': damaged: no record is tensor '{}', by its hash",
                               path_.native(), parameter.name));
}

}  // namespace vit_embed
