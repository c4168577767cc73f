#include "formats/model_archive.h"

#include <fmt/format.h>
#include <zip.h>

#include <charconv>
#include <utility>

#include "base/error.h"
#include "base/nearest_name.h"

namespace vit_embed {
namespace {

// A table of a thousand layers has three. What is compressed can claim, and be, a thousand times its size.
constexpr zip_uint64_t kLargestExtraFile = zip_uint64_t{16} << 20;

struct EntryCloser {
  void operator()(zip_file_t* entry) const { zip_fclose(entry); }
};
using Entry = std::unique_ptr<zip_file_t, EntryCloser>;

std::string_view entry_name(zip_t* archive, zip_uint64_t index) {
  const char* name = zip_get_name(archive, index, ZIP_FL_ENC_RAW);
  return name == nullptr ? "" : name;
}

/// The N of ROOT/data/N; PyTorch names ROOT after the file it first wrote.
std::optional<std::uint64_t> record_number(std::string_view name) {
  constexpr std::string_view kFolder = "/data/";
  const std::size_t slash = name.find('/');
  if (slash == std::string_view::npos || !name.substr(slash).starts_with(kFolder)) return std::nullopt;
  const std::string_view digits = name.substr(slash + kFolder.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

/// libzip tells some truncated archives apart from 1.11 on.
bool is_no_archive(int code) {
#ifdef ZIP_ER_TRUNCATED_ZIP
  if (code == ZIP_ER_TRUNCATED_ZIP) return true;
#endif
  return code == ZIP_ER_NOZIP;
}

/// Why libzip could not open it, and what to do about that.
std::string why_not(const std::filesystem::path& path, int code) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error))
    return fmt::format("is a folder. To make a model file of it: vit-embed export {} -o model.pt",
                       path.native());
  if (is_no_archive(code) && path.extension() == ".safetensors")
    return fmt::format("weights alone. To make a model file of them: vit-embed export {} -o model.pt",
                       path.native());
  if (is_no_archive(code)) return "not a TorchScript archive, or a truncated one";
  zip_error_t zip_error;
  zip_error_init_with_code(&zip_error, code);
  std::string reason = zip_error_strerror(&zip_error);
  zip_error_fini(&zip_error);
  if (code != ZIP_ER_NOENT) return reason;
  const std::string nearest = did_you_mean(path);
  return reason +
         (nearest.empty()
              ? fmt::format(". To make it: vit-embed export google/vit-large-patch16-224-in21k -o {}",
                            path.native())
              : nearest);
}

}  // namespace

void ModelArchive::Closer::operator()(zip* archive) const {
  zip_discard(archive);
}

ModelArchive::ModelArchive(std::filesystem::path path) : path_(std::move(path)) {
  int code = 0;
  archive_.reset(zip_open(path_.c_str(), ZIP_RDONLY, &code));
  if (!archive_) throw FatalError(fmt::format("model file '{}': {}", path_.native(), why_not(path_, code)));
  for (zip_int64_t i = 0; i < zip_get_num_entries(archive_.get(), 0); ++i) {
    const auto index = static_cast<zip_uint64_t>(i);
    const std::string_view name = entry_name(archive_.get(), index);
    torchscript_ = torchscript_ || name.find("/code/") != std::string_view::npos;
    const auto number = record_number(name);
    zip_stat_t status;
    if (!number || zip_stat_index(archive_.get(), index, 0, &status) != 0) continue;
    records_.push_back({*number, status.size, index, status.comp_method != ZIP_CM_STORE});
  }
}

ModelArchive::ModelArchive(ModelArchive&&) noexcept = default;
ModelArchive::~ModelArchive() = default;

std::optional<std::string> ModelArchive::read_extra_file(std::string_view name) const {
  const std::string suffix = fmt::format("/extra/{}", name);
  std::optional<zip_uint64_t> found;
  for (zip_int64_t i = 0; i < zip_get_num_entries(archive_.get(), 0); ++i) {
    const auto index = static_cast<zip_uint64_t>(i);
    if (!entry_name(archive_.get(), index).ends_with(suffix)) continue;
    // LibTorch may take the other one, and load a model that is not the one described.
    if (found) throw FatalError(fmt::format("model file '{}': {} is there twice", path_.native(), name));
    found = index;
  }
  return found ? std::optional(read_text(*found, name)) : std::nullopt;
}

std::string ModelArchive::read_text(std::uint64_t index, std::string_view name) const {
  zip_stat_t status;
  const Entry entry(zip_fopen_index(archive_.get(), index, 0));
  if (!entry || zip_stat_index(archive_.get(), index, 0, &status) != 0 || status.size > kLargestExtraFile) {
    throw FatalError(fmt::format("model file '{}': {} cannot be read", path_.native(), name));
  }
  std::string text(status.size, '\0');
  char beyond;  // libzip checks the CRC when it is asked for more than there is
  if (zip_fread(entry.get(), text.data(), text.size()) != static_cast<zip_int64_t>(text.size()) ||
      zip_fread(entry.get(), &beyond, 1) != 0) {
    throw FatalError(fmt::format("model file '{}': {} is damaged", path_.native(), name));
  }
  return text;
}

void ModelArchive::read(const Record& record, std::span<std::byte> to) const {
  // As it is stored: without the CRC, which takes longer than all the rest.
  const Entry entry(zip_fopen_index(archive_.get(), record.entry, ZIP_FL_COMPRESSED));
  if (!entry || zip_fread(entry.get(), to.data(), to.size()) != static_cast<zip_int64_t>(to.size())) {
    throw FatalError(fmt::format("model file '{}': data/{} cannot be read", path_.native(), record.number));
  }
}

}  // namespace vit_embed
