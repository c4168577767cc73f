#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/log.h"

namespace spdlog {
class logger;
}

namespace vit_embed {

class ConsoleSink;

/// Everything the program says on stderr: log lines and, on a terminal, a status line that stays below them.
/// Keeps a stderr of its own, so that what libraries print there can be kept apart. Any thread.
class Console {
 public:
  Console();
  ~Console();

  void log(LogLevel level, std::string_view message);
  /// log() as a function to hand down; the console must outlive it.
  LogSink log_sink();

  /// Messages below this level are not shown; info unless told.
  void set_level(LogLevel level);

  /// Whether a status is seen by anyone.
  bool shows_status() const;
  /// Replaces the status line, "" removes it. Only on a terminal.
  void set_status(std::string status);
  /// From now on each status is a line of its own that starts with kStatusPrefix, for a program that reads
  /// it.
  void pass_status_on();

  static constexpr std::string_view kStatusPrefix = "vit-embed: status: ";

 private:
  std::shared_ptr<ConsoleSink> sink_;
  std::unique_ptr<spdlog::logger> logger_;
  bool passes_status_on_ = false;
};

}  // namespace vit_embed
