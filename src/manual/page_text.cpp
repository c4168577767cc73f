#include "manual/page_text.h"

#include <fmt/format.h>

#include "base/error.h"

namespace vit_embed {
namespace {

constexpr std::string_view kHeading = "# ";
constexpr std::string_view kCodeIndent = "    ";
constexpr std::string_view kMeaning = ": ";
constexpr std::string_view kMeaningIndent = "  ";

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

class PageParser {
 public:
  explicit PageParser(std::string_view text) : lines_(split_lines(text)) {}

  std::vector<TextSection> parse() {
    while (!at_end()) {
      if (line().empty()) {
        ++position_;
      } else if (line().starts_with(kHeading)) {
        sections_.push_back({.title = std::string(take().substr(kHeading.size())), .blocks = {}});
      } else {
        add(next_block());
      }
    }
    return std::move(sections_);
  }

 private:
  bool at_end() const { return position_ == lines_.size(); }
  std::string_view line() const { return lines_[position_]; }
  std::string_view take() { return lines_[position_++]; }

  [[noreturn]] void fail(std::string_view what) const {
    throw FatalError(fmt::format("line {}: {}", position_ + 1, what));
  }

  void add(TextBlock block) {
    if (sections_.empty()) fail("a section's heading comes first");
    sections_.back().blocks.push_back(std::move(block));
  }

  TextBlock next_block() {
    if (line().starts_with(kCodeIndent)) return code();
    if (position_ + 1 < lines_.size() && lines_[position_ + 1].starts_with(kMeaning)) return definition();
    return paragraph();
  }

  /// Empty lines within it belong to it.
  TextBlock code() {
    TextBlock block{.kind = BlockKind::code, .term = {}, .text = {}};
    std::string empty_lines;
    while (!at_end() && (line().empty() || line().starts_with(kCodeIndent))) {
      const std::string_view next = take();
      if (next.empty()) {
        empty_lines += '\n';
        continue;
      }
      block.text += empty_lines + std::string(next.substr(kCodeIndent.size())) + '\n';
      empty_lines.clear();
    }
    return block;
  }

  TextBlock definition() {
    TextBlock block{.kind = BlockKind::definition, .term = std::string(take()), .text = {}};
    block.text = take().substr(kMeaning.size());
    while (!at_end() && line().starts_with(kMeaningIndent))
      block.text += ' ' + std::string(take().substr(kMeaningIndent.size()));
    return block;
  }

  TextBlock paragraph() {
    TextBlock block{.kind = BlockKind::paragraph, .term = {}, .text = std::string(take())};
    while (!at_end() && !line().empty()) {
      if (line().starts_with(' ') || line().starts_with(kHeading))
        fail("an empty line is missing before this");
      block.text += ' ' + std::string(take());
    }
    return block;
  }

  std::vector<std::string_view> lines_;
  std::size_t position_ = 0;
  std::vector<TextSection> sections_;
};

}  // namespace

std::vector<TextSection> parse_page_text(std::string_view text) {
  return PageParser(text).parse();
}

std::vector<TextSpan> parse_spans(std::string_view text) {
  std::vector<TextSpan> spans;
  while (!text.empty()) {
    const char mark = text.front();
    if (mark == '`' || mark == '*') {
      const std::size_t end = text.find(mark, 1);
      if (end == std::string_view::npos) throw FatalError(fmt::format("a {} without an end: {}", mark, text));
      spans.push_back({mark == '`' ? Face::bold : Face::slanted, std::string(text.substr(1, end - 1))});
      text.remove_prefix(end + 1);
    } else {
      const std::size_t end = text.find_first_of("`*");
      spans.push_back({Face::plain, std::string(text.substr(0, end))});
      text.remove_prefix(std::min(end, text.size()));
    }
  }
  return spans;
}

}  // namespace vit_embed
