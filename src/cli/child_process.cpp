#include "cli/child_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "base/error.h"
#include "base/file_descriptor.h"

namespace vit_embed {
namespace {

constexpr const char* kThisProgram = "/proc/self/exe";

/// What posix_spawn does besides starting: stderr into the pipe, no signal blocked.
class SpawnPlan {
 public:
  explicit SpawnPlan(int stderr_to) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_adddup2(&actions_, stderr_to, STDERR_FILENO);
    ::posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  ~SpawnPlan() {
    ::posix_spawnattr_destroy(&attributes_);
    ::posix_spawn_file_actions_destroy(&actions_);
  }

  pid_t start(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "vit-embed");
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    pid_t pid = 0;
    const int error = ::posix_spawn(&pid, kThisProgram, &actions_, &attributes_, argv.data(), environ);
    if (error != 0) throw FatalError(system_error_message("starting", kThisProgram, error));
    return pid;
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

/// Until the last process that has the other end has ended.
void read_lines(const FileDescriptor& from, const std::function<void(std::string_view)>& on_line) {
  std::string pending;
  std::array<char, 4096> chunk{};
  while (true) {
    const ssize_t n = ::read(from.get(), chunk.data(), chunk.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    pending.append(chunk.data(), static_cast<std::size_t>(n));
    for (std::size_t end; (end = pending.find('\n')) != std::string::npos; pending.erase(0, end + 1))
      on_line(std::string_view(pending).substr(0, end));
  }
  if (!pending.empty()) on_line(pending);
}

/// Blocks until the process has ended. It keeps its id until it is waited for, so that a signal meant for it
/// reaches no other.
void await_end(pid_t pid) {
  siginfo_t info{};
  while (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
  }
}

ChildEnd take_end(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) return {0, WTERMSIG(status)};
  return {WEXITSTATUS(status), 0};
}

}  // namespace

ChildEnd run_this_program(const std::vector<std::string>& arguments,
                          const std::function<void(std::string_view line)>& on_line, std::stop_token stop) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw FatalError(system_error_message("creating", "pipe", errno));
  const FileDescriptor read_end(ends[0], "stderr");
  FileDescriptor write_end(ends[1], "stderr");
  const pid_t pid = SpawnPlan(write_end.get()).start(arguments);
  write_end.close();
  {
    const std::stop_callback tell(stop, [pid] { ::kill(pid, SIGTERM); });
    read_lines(read_end, on_line);
    await_end(pid);
  }
  return take_end(pid);
}

}  // namespace vit_embed
