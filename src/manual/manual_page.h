#pragma once

#include <string>
#include <string_view>

#include "manual/program_description.h"

namespace vit_embed {

/// What stands in a page's head.
struct ManualEdition {
  std::string date;  ///< "2026-05-04"
  std::string version;
};

// Pages of section 1 in roff. `text` is of page_text.h; its first section, the description, goes before what
// is told by the command line, and its others behind it.

/// vit-embed(1), which lists the commands. Throws Error where `text` is not of its form.
std::string program_page(const ProgramDescription& program, std::string_view text,
                         const ManualEdition& edition);

/// vit-embed-COMMAND(1), likewise.
std::string command_page(const ProgramDescription& program, const CommandDescription& command,
                         std::string_view text, const ManualEdition& edition);

}  // namespace vit_embed
