#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vit_embed {

// What a manual page says beyond --help, as it stands in pages/: a little of Markdown.
//
//   # SECTION
//   A paragraph, which ends with an empty line. `what is typed` is bold, *a placeholder* is slanted.
//
//       a block that stays as it is, indented by four
//
//   `term`
//   : What it means, which
//     goes on indented by two.

enum class BlockKind { paragraph, code, definition };

struct TextBlock {
  BlockKind kind = BlockKind::paragraph;
  std::string term;  ///< of a definition
  std::string text;  ///< one line; of code, lines that each end with '\n'
};

struct TextSection {
  std::string title;
  std::vector<TextBlock> blocks;
};

/// Throws Error where the text is not of this form.
std::vector<TextSection> parse_page_text(std::string_view text);

enum class Face { plain, bold, slanted };

struct TextSpan {
  Face face = Face::plain;
  std::string text;
};

/// The spans of a block's text. Throws Error where a ` or * has no end.
std::vector<TextSpan> parse_spans(std::string_view text);

}  // namespace vit_embed
