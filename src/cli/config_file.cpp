#include "cli/config_file.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "base/error.h"

namespace vit_embed {
namespace {

constexpr std::string_view kBlank = " \t\r";
constexpr std::string_view kNotBare = " \t\r\n\"'[],=#";

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::vector<ConfigSetting> parse() {
    for (skip_lines(); !at_end(); skip_lines()) {
      if (peek() == '[') {
        parse_section();
      } else {
        parse_setting();
      }
      skip_blank();
      if (!at_end() && peek() != '\n' && peek() != '#') fail("there is more behind the value");
    }
    return std::move(settings_);
  }

 private:
  [[noreturn]] void fail(std::string_view what) const {
    throw UsageError(fmt::format("line {}: {}", line_, what));
  }

  bool at_end() const { return at_ == text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[at_]; }

  void skip_blank() {
    while (!at_end() && kBlank.find(peek()) != std::string_view::npos) ++at_;
  }

  /// Also the ends of lines, and comments.
  void skip_lines() {
    for (skip_blank(); !at_end() && (peek() == '\n' || peek() == '#'); skip_blank()) {
      if (peek() == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else {
        ++line_;
        ++at_;
      }
    }
  }

  void expect(char c, std::string_view otherwise) {
    skip_blank();
    if (at_end() || peek() != c) fail(otherwise);
    ++at_;
  }

  std::string bare() {
    const std::size_t end = std::min(text_.find_first_of(kNotBare, at_), text_.size());
    return std::string(text_.substr(std::exchange(at_, end), end - at_));
  }

  char escaped() {
    switch (peek()) {
      case '"':
      case '\\':
        return peek();
      case 'n':
        return '\n';
      case 't':
        return '\t';
      default:
        fail("behind a backslash in double quotes may stand \", \\, n or t; single quotes take it as it is");
    }
  }

  std::string quoted() {
    const char quote = text_[at_++];
    std::string value;
    for (; !at_end() && peek() != '\n' && peek() != quote; ++at_) {
      const bool is_escape = quote == '"' && peek() == '\\';
      if (is_escape) ++at_;
      value += is_escape ? escaped() : peek();
    }
    expect(quote, "the closing quote is missing");
    return value;
  }

  std::string value() {
    if (peek() == '"' || peek() == '\'') return quoted();
    std::string word = bare();
    if (word.empty()) fail("a value is missing, or to be put in quotes");
    return word;
  }

  std::vector<std::string> list() {
    std::vector<std::string> values;
    ++at_;
    for (skip_lines(); peek() != ']'; skip_lines()) {
      values.push_back(value());
      skip_lines();
      if (peek() != ']') expect(',', "a list wants commas, and ends with ']'");
    }
    ++at_;
    return values;
  }

  void parse_section() {
    ++at_;
    skip_blank();
    section_ = bare();
    if (section_.empty()) fail("a section is a command's name in brackets");
    expect(']', "a section is a command's name in brackets");
  }

  void parse_setting() {
    ConfigSetting setting{.section = section_, .key = bare(), .values = {}, .line = line_};
    if (setting.key.empty()) fail("expected a line 'flag = value'");
    if (section_.empty()) fail(fmt::format("'{}' stands before the first [command]", setting.key));
    expect('=', fmt::format("behind '{}' belongs '= value'", setting.key));
    skip_blank();
    setting.is_list = peek() == '[';
    setting.values = setting.is_list ? list() : std::vector{value()};
    if (!seen_.emplace(section_, setting.key).second)
      fail(fmt::format("[{}] has '{}' already", section_, setting.key));
    settings_.push_back(std::move(setting));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::string section_;
  std::set<std::pair<std::string, std::string>> seen_;
  std::vector<ConfigSetting> settings_;
};

}  // namespace

std::vector<ConfigSetting> parse_config(std::string_view text) {
  return Parser(text).parse();
}

}  // namespace vit_embed
