#include "image/webp_decode.h"

#include <webp/decode.h>
#include <webp/demux.h>

#include <cstdint>
#include <memory>
#include <new>

#include "image/decode_failure.h"
#include "image/image_size_limit.h"
#include "image/metadata_orientation.h"

namespace vit_embed {
namespace {

[[noreturn]] void fail_corrupt() {
  fail("corrupt WebP");
}

struct DemuxerDelete {
  void operator()(WebPDemuxer* demuxer) const { WebPDemuxDelete(demuxer); }
};
using Demuxer = std::unique_ptr<WebPDemuxer, DemuxerDelete>;

struct DecoderDelete {
  void operator()(WebPIDecoder* decoder) const { WebPIDelete(decoder); }
};

Demuxer open(std::span<const std::byte> encoded, bool allow_truncated) {
  const WebPData data{reinterpret_cast<const std::uint8_t*>(encoded.data()), encoded.size()};
  WebPDemuxState state = WEBP_DEMUX_PARSE_ERROR;
  Demuxer demuxer(WebPDemuxPartial(&data, &state));
  if (state == WEBP_DEMUX_PARSE_ERROR) fail_corrupt();
  if (!demuxer || (state != WEBP_DEMUX_DONE && !allow_truncated)) fail_truncated("WebP");
  return demuxer;
}

std::span<const std::byte> chunk(const WebPDemuxer* demuxer, const char* name) {
  WebPChunkIterator found;
  const bool is_there = WebPDemuxGetChunk(demuxer, name, 1, &found) != 0;
  const std::span content(reinterpret_cast<const std::byte*>(found.chunk.bytes), found.chunk.size);
  WebPDemuxReleaseChunkIterator(&found);  // frees nothing of the content, which stands in the file's bytes
  return is_there ? content : std::span<const std::byte>{};
}

// The first frame, whose bitstream may end early and whose edges may lie within the canvas.
class FirstFrame {
 public:
  explicit FirstFrame(const WebPDemuxer* demuxer) {
    if (WebPDemuxGetFrame(demuxer, 1, &frame_) == 0) fail_truncated("WebP");
  }
  FirstFrame(const FirstFrame&) = delete;
  FirstFrame& operator=(const FirstFrame&) = delete;
  ~FirstFrame() { WebPDemuxReleaseIterator(&frame_); }

  void decode_onto(RgbImage& canvas, bool allow_truncated) const {
    std::uint8_t* const origin =
        canvas.row(frame_.y_offset) + static_cast<std::size_t>(frame_.x_offset) * RgbImage::kChannels;
    const std::size_t size = static_cast<std::size_t>(canvas.data() + canvas.size() - origin);
    const std::unique_ptr<WebPIDecoder, DecoderDelete> decoder(
        WebPINewRGB(MODE_RGB, origin, size, static_cast<int>(canvas.row_bytes())));
    if (!decoder) throw std::bad_alloc();
    const VP8StatusCode status = WebPIUpdate(decoder.get(), frame_.fragment.bytes, frame_.fragment.size);
    if (status == VP8_STATUS_OK) return;
    if (status != VP8_STATUS_SUSPENDED) fail_corrupt();
    int num_rows = 0;
    WebPIDecGetRGB(decoder.get(), &num_rows, nullptr, nullptr, nullptr);
    if (!allow_truncated || num_rows == 0) fail_truncated("WebP");
  }

 private:
  WebPIterator frame_{};
};

}  // namespace

StoredImage decode_webp(std::span<const std::byte> encoded, const DecodeOptions& options) {
  const Demuxer demuxer = open(encoded, options.allow_truncated);
  const std::uint32_t width = WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_WIDTH);
  const std::uint32_t height = WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_HEIGHT);
  check_image_size(width, height, options);
  const FirstFrame frame(demuxer.get());
  StoredImage stored{RgbImage::black(static_cast<int>(width), static_cast<int>(height)),
                     metadata_orientation(chunk(demuxer.get(), "EXIF"), chunk(demuxer.get(), "XMP "))};
  frame.decode_onto(stored.image, options.allow_truncated);
  return stored;
}

}  // namespace vit_embed
