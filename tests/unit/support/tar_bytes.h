#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace vit_embed {

struct TarEntry {
  std::string name;
  std::string content = {};
  char type = '0';  ///< as POSIX has them: '0' a file, '1' a hard link, '2' a symbolic one, '5' a folder
  long mtime = 0;
  std::string link = {};  ///< where a link leads
};

/// A member's header; `size` is what it says, whatever follows.
inline std::string tar_header(const TarEntry& entry, unsigned long long size) {
  std::string header(512, '\0');
  const auto put = [&header](std::size_t at, std::string_view text) {
    header.replace(at, text.size(), text);
  };
  const auto octal = [](unsigned long long value, int digits) {
    char text[32];
    std::snprintf(text, sizeof(text), "%0*llo", digits, value);
    return std::string(text);
  };
  put(0, std::string_view(entry.name).substr(0, 100));
  put(100, "0000644");
  put(124, octal(size, 11));
  put(136, octal(static_cast<unsigned long long>(entry.mtime), 11));
  put(148, "        ");
  put(156, std::string_view(&entry.type, 1));
  put(157, std::string_view(entry.link).substr(0, 100));
  put(257, std::string_view("ustar\00000", 8));
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  put(148, octal(sum, 6) + std::string("\0 ", 2));
  return header;
}

inline std::string tar_member(const TarEntry& entry) {
  std::string member = tar_header(entry, entry.content.size()) + entry.content;
  member.resize((member.size() + 511) / 512 * 512);
  return member;
}

inline const std::string kTarEnd(1024, '\0');

/// A whole tar.
inline std::string tar_of(const std::vector<TarEntry>& entries) {
  std::string tar;
  for (const TarEntry& entry : entries) tar += tar_member(entry);
  return tar + kTarEnd;
}

}  // namespace vit_embed
