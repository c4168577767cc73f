# One static library a folder. A layer's headers are included as "layer/header.h", and only by layers that link it:
# the include directory of a layer is a folder of the build tree that holds nothing but a link to that layer, so a
# #include against the direction of DESIGN fails to compile.
#
#   vit_embed_layer(NAME SOURCES a.cpp ... [PUBLIC layers ...] [PRIVATE layers and third-party targets ...]
#                   [FOLDER folder] [HEADERS a.h b*.h ...])
#
# Where a folder holds two layers, the second says which FOLDER, and the first may say which HEADERS (or patterns) are its
# own: only those are seen by who links it. A layer without SOURCES is headers only.
function(vit_embed_layer name)
  cmake_parse_arguments(PARSE_ARGV 1 layer "" "FOLDER" "SOURCES;HEADERS;PUBLIC;PRIVATE")
  if(NOT layer_FOLDER)
    set(layer_FOLDER ${name})
  endif()
  if(layer_HEADERS)  # in a place of their own: a link left there to the whole folder would lead into the sources
    set(include_dir ${PROJECT_BINARY_DIR}/include/${name}.headers)
    file(MAKE_DIRECTORY ${include_dir}/${layer_FOLDER})
    list(TRANSFORM layer_HEADERS PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
    file(GLOB headers RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} CONFIGURE_DEPENDS ${layer_HEADERS})
    foreach(header IN LISTS headers)
      file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR}/${header} ${include_dir}/${layer_FOLDER}/${header} SYMBOLIC)
    endforeach()
  else()
    set(include_dir ${PROJECT_BINARY_DIR}/include/${name})
    file(MAKE_DIRECTORY ${include_dir})
    file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${include_dir}/${layer_FOLDER} SYMBOLIC)
  endif()

  set(target vit_embed_${name})
  if(layer_SOURCES)
    add_library(${target} STATIC ${layer_SOURCES})
    target_include_directories(${target} PUBLIC ${include_dir})
    target_link_libraries(${target} PUBLIC ${layer_PUBLIC} PRIVATE ${layer_PRIVATE} vit_embed::warnings)
  else()
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE ${include_dir})
    target_link_libraries(${target} INTERFACE ${layer_PUBLIC})
  endif()
  add_library(vit_embed::${name} ALIAS ${target})
endfunction()
