#include "cli/command_line.h"

#include <CLI/CLI.hpp>
#include <csignal>
#include <exception>
#include <system_error>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/version.h"

namespace vit_embed {
namespace {

constexpr const char* kDescription =
    "Turns images into Vision Transformer embeddings.\n\n"
    "  vit-embed export ORG/NAME -o model.pt            a model file from the Hub, or from a directory\n"
    "  vit-embed extract photos/ -m model.pt -o x.npy   an embedding for each image\n"
    "  vit-embed verify photos/ -m model.pt --precision int8\n"
    "                                                   what a faster way costs, on your images\n"
    "  vit-embed info x.npy                             what made a file, and whether it is whole";

int run_parsed(CommandContext& context) {
  try {
    return context.run();
  } catch (const UsageError& e) {
    context.console.log(LogLevel::error, e.what());
    return kExitUsage;
  } catch (const RefusedError& e) {
    context.console.log(LogLevel::error, e.what());
    return kExitRefused;
  } catch (const BusyError& e) {
    context.console.log(LogLevel::error, e.what());
    return kExitBusy;
  } catch (const Error& e) {
    context.console.log(LogLevel::error, e.what());
    return kExitNothing;
  } catch (const std::system_error& e) {
    context.console.log(LogLevel::error, e.what());
    return kExitNothing;
  } catch (const std::exception& e) {
    context.console.log(LogLevel::error, std::string("unexpected: ") + e.what());
    return kExitNothing;
  }
}

}  // namespace

int run_command_line(int argc, char** argv) {
  // A reader that goes away ends us as it ends any filter, also where our parent ignores the signal.
  std::signal(SIGPIPE, SIG_DFL);
  CommandContext context;
  CLI::App program(kDescription, "vit-embed");
  program.set_version_flag("--version", version_text, "Print the versions of the program and its libraries");
  program.require_subcommand(0, 1);
  program.get_formatter()->column_width(36);
  add_export_command(program, context);
  add_extract_command(program, context);
  add_verify_command(program, context);
  add_info_command(program, context);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return program.exit(e) == 0 ? kExitDone : kExitUsage;
  }
  if (context.run) return run_parsed(context);
  std::cout << program.help();
  return kExitDone;
}

}  // namespace vit_embed
