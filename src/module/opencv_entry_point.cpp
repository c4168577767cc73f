#include <string_view>

#include "image/opencv_decode.h"

extern "C" __attribute__((visibility("default"))) vit_embed::DecodeWithOpencv* vit_embed_find_opencv_decode(
    const char* version) {
  if (std::string_view(version) != VIT_EMBED_VERSION) return nullptr;
  return &vit_embed::decode_with_opencv;
}
