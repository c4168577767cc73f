#pragma once

namespace vit_embed {

/// From now on a mapped file that shrinks, or whose disk fails, while it is read ends the process as any
/// other error of reading does, with a message and exit code 1; other bus errors stay what they are.
void report_bus_errors();

}  // namespace vit_embed
