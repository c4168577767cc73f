#include "query/data_uri.h"

#include <openssl/evp.h>

namespace vit_embed {

std::string jpeg_data_uri(std::span<const std::byte> jpeg) {
  std::string base64((jpeg.size() + 2) / 3 * 4 + 1, '\0');  // and the NUL that OpenSSL ends it with
  const int length =
      ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()),
                        reinterpret_cast<const unsigned char*>(jpeg.data()), static_cast<int>(jpeg.size()));
  base64.resize(static_cast<std::size_t>(length));
  return "data:image/jpeg;base64," + base64;
}

}  // namespace vit_embed
