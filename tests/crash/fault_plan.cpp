#include "fault_plan.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <vector>

namespace faults {
namespace {

constexpr std::array kErrors{EINTR, EIO, ENOSPC, EDQUOT, ESTALE, EACCES, EROFS, ENOENT, EMFILE};

std::string setting(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// A mistake in a test must not look like a fault that was survived.
[[noreturn]] void refuse(const std::string& what) {
  std::fprintf(stderr, "fault shim: %s\n", what.c_str());
  std::_Exit(99);
}

int error_named(const std::string& name) {
  for (const int error : kErrors) {
    if (name == ::strerrorname_np(error)) return error;
  }
  refuse("unknown FAULT_ACTION '" + name + "'");
}

CallKind kind_named(const std::string& name) {
  if (name.empty() || name == "changes") return CallKind::change;
  if (name == "opens") return CallKind::open;
  if (name == "reads") return CallKind::read;
  refuse("unknown FAULT_CALLS '" + name + "'");
}

class Plan {
 public:
  Plan() {
    const std::string at = setting("FAULT_AT");
    first_ = std::strtoul(at.c_str(), nullptr, 10);
    and_later_ = at.ends_with('+');
    if (first_ == 0) return;
    if (action_.starts_with("run:") || action_ == "short" || action_.starts_with("kill-")) return;
    error_ = error_named(action_);
  }

  Verdict judge(const Call& call) {
    if (call.kind != kind_ || !(matches(call.path) || matches(call.target))) return {};
    const std::lock_guard lock(mutex_);
    ++count_;
    report(call);
    if (first_ == 0 || count_ < first_ || (count_ > first_ && !and_later_)) return {};
    if (action_ == "kill-before") kill_this_process();
    if (action_.starts_with("run:")) run(action_.substr(4));
    if (error_ == EINTR && (!call.can_be_interrupted || (interrupted_ = !interrupted_) == false)) return {};
    return {.error = error_,
            .halve = action_ == "short" || action_ == "kill-within",
            .kill_after = action_ == "kill-after" || action_ == "kill-within"};
  }

 private:
  bool matches(const std::string& path) const {
    return !path.empty() && ::fnmatch(paths_.c_str(), path.c_str(), 0) == 0;
  }

  /// By system calls, which are not counted.
  void report(const Call& call) const {
    if (report_.empty()) return;
    std::string line = std::to_string(count_) + " " + call.name + " " + call.path;
    if (!call.target.empty()) line += " " + call.target;
    line += '\n';
    const auto fd = static_cast<int>(
        ::syscall(SYS_openat, AT_FDCWD, report_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
    if (fd < 0 || ::syscall(SYS_write, fd, line.data(), line.size()) < 0) refuse("cannot write " + report_);
    ::syscall(SYS_close, fd);
  }

  static void run(std::string command) {
    std::string shell = "sh";
    std::string option = "-c";
    std::array<char*, 4> arguments{shell.data(), option.data(), command.data(), nullptr};
    std::vector<char*> environment;
    for (char** variable = environ; *variable != nullptr; ++variable) {
      if (std::strncmp(*variable, "LD_PRELOAD=", 11) != 0) environment.push_back(*variable);
    }
    environment.push_back(nullptr);
    pid_t pid = 0;
    int status = 0;
    if (::posix_spawn(&pid, "/bin/sh", nullptr, nullptr, arguments.data(), environment.data()) != 0 ||
        ::waitpid(pid, &status, 0) != pid || status != 0) {
      refuse("'" + command + "' failed");
    }
  }

  CallKind kind_ = kind_named(setting("FAULT_CALLS"));
  std::string paths_ = setting("FAULT_PATHS");
  std::string action_ = setting("FAULT_ACTION");
  std::string report_ = setting("FAULT_REPORT");
  unsigned long first_ = 0;
  bool and_later_ = false;
  int error_ = 0;
  std::mutex mutex_;
  unsigned long count_ = 0;
  bool interrupted_ = false;
};

}  // namespace

void kill_this_process() {
  ::kill(::getpid(), SIGKILL);
  while (true) ::pause();
}

Verdict judge(const Call& call) {
  // Never destroyed: other libraries' destructors still write.
  static Plan& plan = *new Plan;
  const int error_before = errno;
  const Verdict verdict = plan.judge(call);
  errno = error_before;
  return verdict;
}

}  // namespace faults
