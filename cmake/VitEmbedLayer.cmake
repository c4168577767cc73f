# One static library a folder. A layer's headers are included as "layer/header.h", and only by layers that link it:
# the include directory of a layer is a folder of the build tree that holds nothing but a link to that layer, so a
# #include against the direction of DESIGN fails to compile.
#
#   vit_embed_layer(NAME SOURCES a.cpp ... [PUBLIC layers ...] [PRIVATE layers and third-party targets ...])
function(vit_embed_layer name)
  cmake_parse_arguments(PARSE_ARGV 1 layer "" "" "SOURCES;PUBLIC;PRIVATE")
  set(include_dir ${PROJECT_BINARY_DIR}/include/${name})
  file(MAKE_DIRECTORY ${include_dir})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${include_dir}/${name} SYMBOLIC)

  set(target vit_embed_${name})
  add_library(${target} STATIC ${layer_SOURCES})
  add_library(vit_embed::${name} ALIAS ${target})
  target_include_directories(${target} PUBLIC ${include_dir})
  target_link_libraries(${target} PUBLIC ${layer_PUBLIC} PRIVATE ${layer_PRIVATE} vit_embed::warnings)
endfunction()
