#pragma once

#include <filesystem>
#include <stop_token>

#include "query/query.h"
#include "query/sheet_tiles.h"

namespace vit_embed {

/// Writes what queries found as one HTML page: each query, and beside it the pictures of what was found, with
/// score and name; a placeholder with the reason where there is no picture. The page needs nothing else: no
/// script, no font, no file. It appears whole or not at all; not at a stop. Blocks for decoding every
/// picture, of which one query's are in memory at a time. Throws FatalError where the file cannot be written.
void write_contact_sheet(const std::filesystem::path& page, const IndexedEmbeddings& rows,
                         const QueryReport& report, const TileOptions& options, const Runtime& runtime,
                         std::stop_token stop);

}  // namespace vit_embed
