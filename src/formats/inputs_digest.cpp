#include "formats/inputs_digest.h"

#include <bit>
#include <span>

namespace vit_embed {

static_assert(std::endian::native == std::endian::little, "every format here is little endian");

void InputsDigest::add(std::string_view name, const FileIdentity& identity) {
  sha_.update(name);
  sha_.update(std::string_view("\0", 1));
  sha_.update(std::as_bytes(std::span(&identity.size, 1)));
  sha_.update(std::as_bytes(std::span(&identity.mtime_ns, 1)));
}

}  // namespace vit_embed
