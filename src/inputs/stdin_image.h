#pragma once

#include <string>
#include <utility>

#include "inputs/input_stream.h"

namespace vit_embed {

/// The one image on stdin, which is read whole when it is its turn. A tar is an input that fails, with what
/// to do about it.
class StdinImage : public InputStream {
 public:
  explicit StdinImage(std::string name) : name_(std::move(name)) {}
  std::optional<Input> next() override;

 private:
  std::string name_;
  bool done_ = false;
};

}  // namespace vit_embed
