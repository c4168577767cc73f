#include "module/opencv_module.h"

#include "image/opencv_decode.h"
#include "module/sibling_module.h"
#include "runtime/open_module.h"

namespace vit_embed {
namespace {

DecodeWithOpencv* open_opencv_module() {
  const std::filesystem::path path =
      find_sibling_module("vit-embed-opencv.so", "every image format but JPEG needs it");
  auto* find = reinterpret_cast<FindOpencvDecode*>(open_module(path, kFindOpencvDecodeSymbol));
  DecodeWithOpencv* decode = find == nullptr ? nullptr : find(VIT_EMBED_VERSION);
  if (decode == nullptr) refuse_other_version(path);
  return decode;
}

}  // namespace

RgbImage decode_in_opencv_module(std::span<const std::byte> encoded) {
  static DecodeWithOpencv* const decode = open_opencv_module();  // tried again where it threw
  return decode(encoded);
}

}  // namespace vit_embed
