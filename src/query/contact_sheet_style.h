#pragma once

#include <string_view>

namespace vit_embed {

/// The style of a contact sheet: light and dark as the reader's system is, and in as many columns as fit.
inline constexpr std::string_view kContactSheetStyle = R"css(
:root {
  color-scheme: light dark;
  --page: #f6f6f4; --card: #ffffff; --frame: #ebebe8; --line: #deded9;
  --text: #1d1d1b; --faint: #6a6a65; --accent: #2f6f5e; --warn: #9a4a12;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #161716; --card: #1f2120; --frame: #2a2c2b; --line: #343736;
    --text: #ececea; --faint: #a0a39f; --accent: #74c3ac; --warn: #e0a070;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; padding: clamp(16px, 3vw, 40px); background: var(--page); color: var(--text);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif;
}
main, header { max-width: 1500px; margin: 0 auto; }
h1 { margin: 0; font-size: 1.5rem; letter-spacing: -0.01em; }
header p { margin: 4px 0 0; color: var(--faint); }
section {
  display: grid; grid-template-columns: 240px minmax(0, 1fr); gap: 28px;
  margin-top: 28px; padding-top: 28px; border-top: 1px solid var(--line);
}
h2 { margin: 10px 0 0; font-size: 0.95rem; overflow-wrap: anywhere; }
.query { align-self: start; position: sticky; top: 20px; }
.query .frame { outline: 3px solid var(--accent); outline-offset: 3px; }
.query small { color: var(--accent); font-weight: 600; letter-spacing: 0.06em; text-transform: uppercase; }
ol {
  display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 18px;
  margin: 0; padding: 0; list-style: none;
}
.frame {
  display: grid; place-items: center; aspect-ratio: 1; overflow: hidden;
  border-radius: 8px; background: var(--frame);
}
.frame img { display: block; width: 100%; height: 100%; object-fit: contain; }
.query .frame { aspect-ratio: auto; }
.query .frame img { height: auto; max-height: 340px; }
.missing { padding: 14px; border: 2px dashed var(--line); color: var(--warn); text-align: center; font-size: 0.82rem; }
.missing span { overflow-wrap: anywhere; }
.query .missing { min-height: 160px; outline-color: var(--warn); }
.query .missing + h2 small { color: var(--warn); }
.bar { height: 3px; margin: 8px 0 4px; border-radius: 2px; background: var(--line); }
.bar i { display: block; height: 100%; border-radius: 2px; background: var(--accent); }
.score { display: flex; justify-content: space-between; font-variant-numeric: tabular-nums; }
.score b { font-weight: 600; }
.score span, .name { color: var(--faint); font-size: 0.82rem; }
.name { overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
.none { color: var(--faint); }
@media (max-width: 720px) {
  section { grid-template-columns: 1fr; gap: 20px; }
  .query { position: static; max-width: 220px; }
  ol { grid-template-columns: repeat(auto-fill, minmax(120px, 1fr)); gap: 14px; }
}
@media print { .query { position: static; } section { break-inside: avoid; } }
)css";

}  // namespace vit_embed
