#pragma once

#include <memory>
#include <string>

#include "base/file_descriptor.h"
#include "formats/shard.h"
#include "inputs/cancellation.h"
#include "inputs/input_stream.h"

namespace vit_embed {

/// The paths in a list, each tried as it stands: one a line, or ended by a NUL byte each. Empty entries are
/// passed over, and tars fail: they are arguments. Reads as it goes, so that a pipe is taken up as it fills.
class ListStream : public InputStream {
 public:
  /// Only entries that the shard holds.
  ListStream(FileDescriptor list, char separator, Shard shard = {});
  std::optional<Input> next() override;
  std::uint64_t passed_over() const override { return passed_over_; }
  std::string why_empty() const override { return "the list '" + list_.path().native() + "' is empty"; }
  void cancel() override { cancellation_.request(); }

 private:
  std::optional<std::string> next_entry();
  bool fill();

  FileDescriptor list_;
  Cancellation cancellation_;
  char separator_;
  Shard shard_;
  std::uint64_t passed_over_ = 0;
  std::string buffer_;
  std::size_t position_ = 0;
};

/// The list at a path, "-" for stdin, its entries ended by newlines or NUL bytes. Throws FatalError.
std::unique_ptr<ListStream> open_list(const std::string& list, bool null_separated, Shard shard = {});

}  // namespace vit_embed
