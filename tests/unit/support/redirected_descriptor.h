#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "base/file_descriptor.h"

namespace vit_embed {

/// Puts `replacement` in the place of a standard descriptor, and the old one back at the end.
class RedirectedDescriptor {
 public:
  RedirectedDescriptor(int standard, const FileDescriptor& replacement)
      : standard_(standard), saved_(::dup(standard), "saved") {
    EXPECT_EQ(::dup2(replacement.get(), standard), standard);
  }
  RedirectedDescriptor(const RedirectedDescriptor&) = delete;
  RedirectedDescriptor& operator=(const RedirectedDescriptor&) = delete;
  ~RedirectedDescriptor() { ::dup2(saved_.get(), standard_); }

 private:
  int standard_;
  FileDescriptor saved_;
};

}  // namespace vit_embed
