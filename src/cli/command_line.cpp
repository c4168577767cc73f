#include "cli/command_line.h"

#include <CLI/CLI.hpp>
#include <csignal>
#include <exception>
#include <functional>
#include <memory>
#include <sstream>
#include <system_error>

#include "base/error.h"
#include "cli/bus_error.h"
#include "cli/exit_code.h"
#include "cli/program.h"
#include "cli/standard_streams.h"
#include "cli/usage_problem.h"

namespace vit_embed {
namespace {

/// What `action` returns, or the exit code of its error, which is told.
int run_reported(CommandContext& context, const std::function<int()>& action) {
  Console& console = context.console;
  try {
    return action();
  } catch (const UsageError& e) {
    console.log(LogLevel::error, e.what() + context.from_config.where(e.what()));
    return kExitUsage;
  } catch (const RefusedError& e) {
    console.log(LogLevel::error, e.what());
    return kExitRefused;
  } catch (const CheckError& e) {
    console.log(LogLevel::error, e.what());
    return kExitCheckFailed;
  } catch (const BusyError& e) {
    console.log(LogLevel::error, e.what());
    return kExitBusy;
  } catch (const Error& e) {
    console.log(LogLevel::error, e.what());
    return kExitNothing;
  } catch (const std::system_error& e) {
    console.log(LogLevel::error, e.what());
    return kExitNothing;
  } catch (const std::exception& e) {
    console.log(LogLevel::error, std::string("unexpected: ") + e.what());
    return kExitNothing;
  }
}

int print(std::string_view text, CommandContext& context) {
  return run_reported(context, [text] {
    write_to_stdout(text);
    return kExitDone;
  });
}

/// What a command line that is not run amounts to: help or the version, on stdout, or what is wrong with it.
int answer(const CLI::App& program, const CLI::ParseError& e, CommandContext& context) {
  if (e.get_exit_code() != 0) {
    context.console.log(LogLevel::error, usage_problem(program, e, context.from_config));
    return kExitUsage;
  }
  std::ostringstream out;
  program.exit(e, out);
  return print(out.str(), context);
}

}  // namespace

int run_command_line(int argc, char** argv) {
  // A reader that goes away ends us as it ends any filter, also where our parent ignores the signal.
  std::signal(SIGPIPE, SIG_DFL);
  occupy_closed_standard_streams();
  report_bus_errors();
  CommandContext context;
  const std::unique_ptr<CLI::App> program = make_program(context);
  try {
    program->parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return answer(*program, e, context);
  }
  return context.run ? run_reported(context, context.run) : print(first_steps(), context);
}

}  // namespace vit_embed
