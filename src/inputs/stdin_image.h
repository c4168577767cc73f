#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/file_descriptor.h"
#include "inputs/cancellation.h"
#include "inputs/input_stream.h"

namespace vit_embed {

/// The one image on stdin, which is read whole when it is its turn. A tar is an input that fails, with what
/// to do about it.
class StdinImage : public InputStream {
 public:
  /// `input` is stdin's, or another's.
  StdinImage(std::string name, FileDescriptor input) : name_(std::move(name)), input_(std::move(input)) {}
  std::optional<Input> next() override;
  void cancel() override { cancellation_.request(); }

 private:
  /// Nothing where it is cancelled.
  std::shared_ptr<std::vector<std::byte>> read();

  std::string name_;
  FileDescriptor input_;
  Cancellation cancellation_;
  bool done_ = false;
};

}  // namespace vit_embed
