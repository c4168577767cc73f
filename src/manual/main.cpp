// Writes the manual pages and the shells' completions: vit-embed-manual PAGES OUT DATE
//
//   PAGES   the folder of page_text.h's texts, PROGRAM.md and PROGRAM-COMMAND.md
//   OUT     the folder to write to

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/atomic_file.h"
#include "base/error.h"
#include "cli/program.h"
#include "manual/completions.h"
#include "manual/manual_page.h"

namespace vit_embed {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (!file) throw FatalError(fmt::format("reading '{}' failed", path.native()));
  return text;
}

void write_manual(const fs::path& pages, const fs::path& out, const std::string& date) {
  CommandContext context;
  const ProgramDescription program = describe(*make_program(context));
  const ManualEdition edition{.date = date, .version = VIT_EMBED_VERSION};
  const std::string& name = program.program.name;
  write_file_atomically(out / (name + ".1"), program_page(program, read(pages / (name + ".md")), edition));
  for (const CommandDescription& command : program.commands) {
    const std::string page = name + "-" + command.name;
    write_file_atomically(out / (page + ".1"),
                          command_page(program, command, read(pages / (page + ".md")), edition));
  }
  write_file_atomically(out / (name + ".bash"), bash_completion(program));
  write_file_atomically(out / ("_" + name), zsh_completion(program));
  write_file_atomically(out / (name + ".fish"), fish_completion(program));
}

}  // namespace
}  // namespace vit_embed

int main(int argc, char** argv) {
  if (argc != 4) {
    fmt::print(stderr, "usage: vit-embed-manual PAGES OUT DATE\n");
    return 2;
  }
  try {
    vit_embed::write_manual(argv[1], argv[2], argv[3]);
  } catch (const std::exception& e) {
    fmt::print(stderr, "vit-embed-manual: {}\n", e.what());
    return 1;
  }
}
