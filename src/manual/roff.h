#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "manual/page_text.h"

namespace vit_embed {

/// A manual page in the man(7) macros, written from its start to its end. Whatever the text, no part of it
/// becomes a request or an escape.
class RoffPage {
 public:
  RoffPage(std::string_view name, std::string_view date, std::string_view version);

  void section(std::string_view title);
  void subsection(std::string_view title);
  void paragraph(const std::vector<TextSpan>& spans);
  /// What stands behind `term`, indented.
  void definition(const std::vector<TextSpan>& term, const std::vector<TextSpan>& spans);
  /// Lines that stay as they are.
  void code(std::string_view lines);
  /// Text behind a heading, without the space of a paragraph.
  void text(const std::vector<TextSpan>& spans);

  const std::string& str() const { return out_; }

 private:
  void request(std::string_view name, std::string_view argument = "");
  void line(std::string_view escaped);

  std::string out_;
  bool after_heading_ = false;  ///< where .PP would only be warned of
};

}  // namespace vit_embed
