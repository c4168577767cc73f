# Warnings are errors in the dev preset (VIT_EMBED_WERROR), warnings elsewhere.
add_library(vit_embed_warnings INTERFACE)
add_library(vit_embed::warnings ALIAS vit_embed_warnings)
target_compile_options(vit_embed_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wconversion -Wno-sign-conversion
  -Wextra-semi
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>  # GCC 12 warns wrongly on "literal" + std::string
  $<$<BOOL:${VIT_EMBED_WERROR}>:-Werror>)
