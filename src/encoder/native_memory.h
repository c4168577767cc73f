#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

namespace vit_embed {

struct FreeDeleter {
  void operator()(void* memory) const { std::free(memory); }
};

/// Aligned for any vector; what is large lies in huge pages where the system gives them, for a packed ViT-L
/// is 300,000 small ones. Not initialised.
class AlignedBytes {
 public:
  AlignedBytes() = default;
  explicit AlignedBytes(std::size_t size) {
    constexpr std::size_t kLine = 64;
    constexpr std::size_t kHugePage = std::size_t{2} << 20;
    const std::size_t alignment = size >= kHugePage ? kHugePage : kLine;
    const std::size_t rounded = (size + kLine - 1) / kLine * kLine;
    void* memory = nullptr;
    size_ = size;
    if (::posix_memalign(&memory, alignment, rounded) != 0) throw std::bad_alloc();
    memory_.reset(static_cast<std::byte*>(memory));
    if (size >= kHugePage) ::madvise(memory, rounded, MADV_HUGEPAGE);  // a wish, no more
  }

  /// At least so many bytes from here on; their contents are lost where there were fewer.
  void reserve(std::size_t size) {
    if (size > size_) *this = AlignedBytes(size);
  }

  std::byte* data() const { return memory_.get(); }
  template <class T>
  T* as() const {
    return reinterpret_cast<T*>(memory_.get());
  }

 private:
  std::size_t size_ = 0;
  std::unique_ptr<std::byte, FreeDeleter> memory_;
};

}  // namespace vit_embed
