#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>

#include "inputs/input_plan.h"
#include "inputs/input_stream.h"
#include "inputs/tar_stream.h"

namespace vit_embed {

/// The inputs of a plan from position `first` on, at most `count` of them. The plan must outlive it. A tar is
/// opened when its first input comes, read forward beside the plan, and closed with its last; where it is not
/// as it was listed its inputs fail in passing from there on.
class PlanStream : public InputStream {
 public:
  explicit PlanStream(const InputPlan& plan, std::uint64_t first = 0,
                      std::uint64_t count = std::numeric_limits<std::uint64_t>::max());
  std::optional<Input> next() override;
  void cancel() override { cancellation_->request(); }

 private:
  struct OpenTar {
    std::shared_ptr<const TarFile> tar;
    std::uint64_t passed_over = 0;
    std::unique_ptr<TarStream> stream;      // from its first input on
    std::unique_ptr<FailedSource> failure;  // why there is nothing more to be had of it
  };

  void enter(const std::shared_ptr<const TarFile>& tar);
  bool read_from_tar(Input& planned);

  InputPlan::Reader reader_;
  std::uint64_t remaining_;
  std::shared_ptr<Cancellation> cancellation_ = std::make_shared<Cancellation>();
  OpenTar open_;
};

}  // namespace vit_embed
