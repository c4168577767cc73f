#include "manual/roff.h"

#include <fmt/format.h>

#include <cctype>

namespace vit_embed {
namespace {

constexpr std::size_t kLineLength = 78;

/// What is typed: every character is the one that a terminal sends, so that it can be copied from the page.
std::string escape_typed(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '\\':
        out += "\\e";
        break;
      case '-':
        out += "\\-";
        break;
      case '\'':
        out += "\\(aq";
        break;
      case '`':
        out += "\\(ga";
        break;
      case '^':
        out += "\\(ha";
        break;
      case '~':
        out += "\\(ti";
        break;
      case '"':
        out += "\\(dq";
        break;
      default:
        out += c;
    }
  }
  return out;
}

/// Prose, where an apostrophe and a hyphen are typography, but for the hyphens that flags start with.
std::string escape_prose(std::string_view text) {
  std::string out;
  bool within_word = false;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '"') {
      out += "\\(dq";
    } else if (c == '-' && !within_word) {
      out += "\\-";
    } else {
      out += c;
    }
    within_word = std::isalnum(static_cast<unsigned char>(c)) != 0;
  }
  return out;
}

std::string escape_span(const TextSpan& span) {
  switch (span.face) {
    case Face::bold:
      return "\\fB" + escape_typed(span.text) + "\\fR";
    case Face::slanted:
      return "\\fI" + escape_typed(span.text) + "\\fR";
    case Face::plain:
      break;
  }
  return escape_prose(span.text);
}

std::string escape_spans(const std::vector<TextSpan>& spans) {
  std::string out;
  for (const TextSpan& span : spans) out += escape_span(span);
  return out;
}

/// At spaces, each sentence on a line of its own, as roff sets a wider space behind it.
std::vector<std::string> fill(std::string_view text) {
  std::vector<std::string> lines(1);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty()) continue;
    std::string& line = lines.back();
    const bool ends_sentence = !line.empty() && line.back() == '.';
    if (line.empty()) {
      line = word;
    } else if (ends_sentence || line.size() + 1 + word.size() > kLineLength) {
      lines.emplace_back(word);
    } else {
      line += ' ' + std::string(word);
    }
  }
  return lines;
}

}  // namespace

RoffPage::RoffPage(std::string_view name, std::string_view date, std::string_view version) {
  out_ = ".\\\" Made from the program's own command line and src/manual/pages: edit those.\n";
  std::string title;
  for (const char c : name) title += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  request("TH", fmt::format("{} 1 {} \"vit\\-embed {}\" \"vit\\-embed manual\"", escape_typed(title), date,
                            version));
}

void RoffPage::section(std::string_view title) {
  request("SH", fmt::format("\"{}\"", escape_prose(title)));
  after_heading_ = true;
}

void RoffPage::subsection(std::string_view title) {
  request("SS", fmt::format("\"{}\"", escape_prose(title)));
  after_heading_ = true;
}

void RoffPage::text(const std::vector<TextSpan>& spans) {
  for (const std::string& filled : fill(escape_spans(spans))) line(filled);
  after_heading_ = false;
}

void RoffPage::paragraph(const std::vector<TextSpan>& spans) {
  if (!after_heading_) request("PP");
  text(spans);
}

void RoffPage::definition(const std::vector<TextSpan>& term, const std::vector<TextSpan>& spans) {
  request("TP");
  line(escape_spans(term));
  text(spans);
}

void RoffPage::code(std::string_view lines) {
  if (!after_heading_) request("PP");
  request("RS", "4");
  request("EX");
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    line(escape_typed(lines.substr(0, end)));
    lines.remove_prefix(end + 1);
  }
  request("EE");
  request("RE");
  after_heading_ = false;
}

void RoffPage::request(std::string_view name, std::string_view argument) {
  out_ += fmt::format(".{}{}{}\n", name, argument.empty() ? "" : " ", argument);
}

void RoffPage::line(std::string_view escaped) {
  if (escaped.starts_with('.') || escaped.starts_with('\'')) out_ += "\\&";  // else it were a request
  out_ += escaped;
  out_ += '\n';
}

}  // namespace vit_embed
