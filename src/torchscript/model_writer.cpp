#include "torchscript/model_writer.h"

#include <exception>
#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>

#include "base/atomic_file.h"
#include "base/error.h"
#include "torchscript/torch_error.h"
#include "torchscript/vit_module.h"

namespace vit_embed {
namespace {

/// Hands what LibTorch writes to the file. After a failure it goes on swallowing: LibTorch's writer finishes
/// the archive in its destructor, and an error there would end the process.
class ArchiveBuffer : public std::streambuf {
 public:
  explicit ArchiveBuffer(AtomicFile& file) : file_(file) {}

  /// Throws the first failure.
  void check() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 protected:
  std::streamsize xsputn(const char* bytes, std::streamsize count) override {
    if (failure_) return count;
    try {
      file_.write(std::string_view(bytes, static_cast<std::size_t>(count)));
    } catch (const FatalError&) {
      failure_ = std::current_exception();
    }
    return count;
  }

  int_type overflow(int_type byte) override {
    const char value = traits_type::to_char_type(byte);
    xsputn(&value, 1);
    return byte;
  }

 private:
  AtomicFile& file_;
  std::exception_ptr failure_;
};

}  // namespace

void write_model_file(const std::filesystem::path& output, const ModelMetadata& metadata,
                      const WeightSource& weights) {
  AtomicFile file(output);
  ArchiveBuffer buffer(file);
  // A stream, not a name: LibTorch names the archive's root after the file, and the temporary one is random.
  std::ostream stream(&buffer);
  try {
    const torch::jit::Module module = build_vit_module(metadata.architecture, weights);
    module.save(stream, {{std::string(kModelMetadataName), to_json(metadata)}});
  } catch (const c10::Error& e) {
    throw FatalError("writing '" + output.native() + "': " + telling_line(e));
  }
  buffer.check();
  file.commit();
}

}  // namespace vit_embed
