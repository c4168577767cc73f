#include "cli/command_line.h"

#include <CLI/CLI.hpp>
#include <csignal>
#include <exception>
#include <functional>
#include <iostream>
#include <sstream>
#include <system_error>

#include "base/error.h"
#include "cli/bus_error.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/standard_streams.h"
#include "cli/version.h"

namespace vit_embed {
namespace {

constexpr const char* kDescription =
    "Turns images into Vision Transformer embeddings.\n\n"
    "  vit-embed export ORG/NAME -o model.pt            a model file from the Hub, or from a directory\n"
    "  vit-embed extract photos/ -m model.pt -o x.npy   an embedding for each image\n"
    "  vit-embed sync photos/ --store store -m model.pt\n"
    "                                                   the same, kept fresh by cron\n"
    "  vit-embed query photo.jpg --embeddings x.npy -m model.pt\n"
    "                                                   the images that are most like it\n"
    "  vit-embed merge shard-*.npy -o x.npy             one output of the shards of extract --shard\n"
    "  vit-embed verify photos/ -m model.pt --precision int8\n"
    "                                                   what a faster way costs, on your images\n"
    "  vit-embed info x.npy                             what made a file, and whether it is whole";

/// What `action` returns, or the exit code of its error, which is told.
int run_reported(Console& console, const std::function<int()>& action) {
  try {
    return action();
  } catch (const UsageError& e) {
    console.log(LogLevel::error, e.what());
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

/// What a command line that is not run amounts to: help or the version, on stdout, or what is wrong with it.
int answer(const CLI::App& program, const CLI::ParseError& e, Console& console) {
  std::ostringstream out;
  if (program.exit(e, out, std::cerr) != 0) return kExitUsage;
  return run_reported(console, [&out] {
    write_to_stdout(out.str());
    return kExitDone;
  });
}

}  // namespace

int run_command_line(int argc, char** argv) {
  // A reader that goes away ends us as it ends any filter, also where our parent ignores the signal.
  std::signal(SIGPIPE, SIG_DFL);
  occupy_closed_standard_streams();
  report_bus_errors();
  CommandContext context;
  CLI::App program(kDescription, "vit-embed");
  program.set_version_flag("--version", version_text, "Print the versions of the program and its libraries");
  program.require_subcommand(0, 1);
  program.get_formatter()->column_width(36);
  add_export_command(program, context);
  add_extract_command(program, context);
  add_sync_command(program, context);
  add_status_command(program, context);
  add_check_command(program, context);
  add_snapshot_command(program, context);
  add_query_command(program, context);
  add_verify_command(program, context);
  add_info_command(program, context);
  add_merge_command(program, context);
  try {
    program.parse(argc, argv);
    if (!context.run) throw CLI::CallForHelp();
  } catch (const CLI::ParseError& e) {
    return answer(program, e, context.console);
  }
  return run_reported(context.console, context.run);
}

}  // namespace vit_embed
