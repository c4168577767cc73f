#include "manual/manual_page.h"

#include <fmt/format.h>

#include <cctype>

#include "base/error.h"
#include "manual/page_text.h"
#include "manual/roff.h"

namespace vit_embed {
namespace {

using Spans = std::vector<TextSpan>;

constexpr std::string_view kFirstSection = "DESCRIPTION";

/// As whatis(1) has it: "embed images".
std::string summary(const CommandDescription& command) {
  std::string text = command.text;
  text.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(text.front())));
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string sentence(std::string text) {
  if (!text.ends_with('.')) text += '.';
  return text;
}

void append(Spans& spans, Face face, std::string text) {
  spans.push_back({face, std::move(text)});
}

/// "fp32|bf16|int8", or "FILE".
void append_value(const FlagDescription& flag, Spans& spans) {
  if (flag.choices.empty()) return append(spans, Face::slanted, flag.placeholder);
  for (std::size_t i = 0; i < flag.choices.size(); ++i) {
    if (i > 0) append(spans, Face::plain, "|");
    append(spans, Face::bold, flag.choices[i]);
  }
  if (flag.comma_list) append(spans, Face::plain, "[,...]");
}

/// "-m, --model FILE".
Spans term_of(const FlagDescription& flag) {
  Spans spans;
  for (const std::string& name : flag.names) {
    if (!spans.empty()) append(spans, Face::plain, ", ");
    append(spans, Face::bold, name);
  }
  if (flag.kind == ValueKind::none) return spans;
  append(spans, Face::plain, " ");
  append_value(flag, spans);
  return spans;
}

Spans meaning_of(const FlagDescription& flag) {
  Spans spans = parse_spans(sentence(flag.text));
  if (flag.required && flag.environment.empty()) append(spans, Face::plain, " Required.");
  if (flag.repeatable) append(spans, Face::plain, " May be given several times.");
  if (!flag.default_value.empty()) {
    append(spans, Face::plain, " Unless told: ");
    append(spans, Face::bold, flag.default_value);
    append(spans, Face::plain, ".");
  }
  if (!flag.environment.empty()) {
    append(spans, Face::plain, flag.required ? " Required, unless " : " Unless told, what ");
    append(spans, Face::bold, flag.environment);
    append(spans, Face::plain, flag.required ? " is set." : " says.");
  }
  return spans;
}

Spans synopsis_of(const std::string& typed, const CommandDescription& command) {
  Spans spans{{Face::bold, typed}, {Face::plain, " ["}, {Face::slanted, "OPTIONS"}, {Face::plain, "]"}};
  for (const FlagDescription& flag : command.flags()) {
    if (!flag.required) continue;
    append(spans, Face::plain, " ");
    append(spans, Face::bold, flag.names.front());
    append(spans, Face::plain, " ");
    append_value(flag, spans);
  }
  for (const ArgumentDescription& argument : command.arguments) {
    append(spans, Face::plain, argument.required ? " " : " [");
    append(spans, Face::slanted, argument.name);
    append(spans, Face::plain,
           fmt::format("{}{}", argument.repeatable ? "..." : "", argument.required ? "" : "]"));
  }
  return spans;
}

/// "vit-embed-extract(1)".
void append_reference(const std::string& page, Spans& spans) {
  append(spans, Face::bold, page);
  append(spans, Face::plain, "(1)");
}

void write_section(const TextSection& section, RoffPage& page) {
  page.section(section.title);
  for (const TextBlock& block : section.blocks) {
    switch (block.kind) {
      case BlockKind::paragraph:
        page.paragraph(parse_spans(block.text));
        break;
      case BlockKind::definition:
        page.definition(parse_spans(block.term), parse_spans(block.text));
        break;
      case BlockKind::code:
        page.code(block.text);
        break;
    }
  }
}

void write_commands(const ProgramDescription& program, RoffPage& page) {
  page.section("COMMANDS");
  for (const CommandDescription& command : program.commands) {
    Spans term;
    append_reference(program.program.name + "-" + command.name, term);
    page.definition(term, parse_spans(sentence(command.text)));
  }
}

void write_flags(const CommandDescription& command, RoffPage& page) {
  page.section("OPTIONS");
  for (const ArgumentDescription& argument : command.arguments)
    page.definition({{Face::slanted, argument.name}}, parse_spans(sentence(argument.text)));
  for (const FlagGroup& group : command.groups) {
    if (!group.heading.empty()) page.subsection(group.heading);
    for (const FlagDescription& flag : group.flags) page.definition(term_of(flag), meaning_of(flag));
  }
}

/// The page's sections with what is told by the command line between the first of `text` and the others.
std::string make_page(const std::string& name, const std::string& typed, const CommandDescription& command,
                      std::string_view text, const ManualEdition& edition,
                      const ProgramDescription* commands) {
  const std::vector<TextSection> sections = parse_page_text(text);
  if (sections.empty() || sections.front().title != kFirstSection)
    throw FatalError(fmt::format("{}: the first section must be {}", name, kFirstSection));
  RoffPage page(name, edition.date, edition.version);
  page.section("NAME");
  page.text({{Face::plain, name + " - " + summary(command)}});
  page.section("SYNOPSIS");
  page.text(synopsis_of(typed, command));
  write_section(sections.front(), page);
  if (commands != nullptr) write_commands(*commands, page);
  write_flags(command, page);
  for (std::size_t i = 1; i < sections.size(); ++i) write_section(sections[i], page);
  return page.str();
}

}  // namespace

std::string program_page(const ProgramDescription& program, std::string_view text,
                         const ManualEdition& edition) {
  CommandDescription command = program.program;
  command.arguments.push_back({.name = "COMMAND", .text = "One of the above", .kind = ValueKind::choice});
  return make_page(command.name, command.name, command, text, edition, &program);
}

std::string command_page(const ProgramDescription& program, const CommandDescription& command,
                         std::string_view text, const ManualEdition& edition) {
  return make_page(program.program.name + "-" + command.name, program.program.name + " " + command.name,
                   command, text, edition, nullptr);
}

}  // namespace vit_embed
