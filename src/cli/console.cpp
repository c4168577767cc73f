#include "cli/console.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <mutex>
#include <utility>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "cli/printable.h"

namespace vit_embed {
namespace {

constexpr std::string_view kEraseLine = "\r\x1b[K";

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::off;
}

}  // namespace

class ConsoleSink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  ConsoleSink() : stderr_(::dup(STDERR_FILENO), "stderr"), is_terminal_(::isatty(STDERR_FILENO) == 1) {}

  bool is_terminal() const { return is_terminal_; }

  void set_status(std::string status) {
    const std::lock_guard lock(mutex_);
    status_ = std::move(status);
    put(std::string(kEraseLine) + status_);
  }

  void put_line(std::string_view line) {
    const std::lock_guard lock(mutex_);
    put(line);
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    const std::string text(line.data(), line.size());
    put(status_.empty() ? text : std::string(kEraseLine) + text + status_);
  }
  void flush_() override {}

 private:
  /// A stderr that cannot be written to (closed, a full disk) is no reason to end a run.
  void put(std::string_view text) {
    try {
      if (stderr_) stderr_.write_all(std::as_bytes(std::span(text)));
    } catch (const FatalError&) {
    }
  }

  FileDescriptor stderr_;
  bool is_terminal_;
  std::string status_;
};

Console::Console()
    : sink_(std::make_shared<ConsoleSink>()), logger_(std::make_unique<spdlog::logger>("vit-embed", sink_)) {
  logger_->set_pattern("%n: %l: %v");
  logger_->set_level(spdlog::level::info);
}

Console::~Console() = default;

void Console::log(LogLevel level, std::string_view message) {
  logger_->log(to_spdlog(level), printable(message));
}

LogSink Console::log_sink() {
  return [this](LogLevel level, std::string_view message) { log(level, message); };
}

void Console::set_level(LogLevel level) {
  logger_->set_level(to_spdlog(level));
}

bool Console::shows_status() const {
  return passes_status_on_ || sink_->is_terminal();
}

void Console::set_status(std::string status) {
  if (passes_status_on_) {
    if (!status.empty()) sink_->put_line(std::string(kStatusPrefix) + status + "\n");
  } else if (sink_->is_terminal()) {
    sink_->set_status(std::move(status));
  }
}

void Console::pass_status_on() {
  passes_status_on_ = true;
}

}  // namespace vit_embed
