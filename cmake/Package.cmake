# The Debian package, which `cpack -G DEB` makes of any build; scripts/package.sh is the way to one that is meant to be
# installed. What it depends on is what the binaries were linked with, so it fits the Debian that it was built on.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME ${PROJECT_NAME})
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "turn images into Vision Transformer embeddings")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER
  "Seed aeb326bc maintainers <maintainers@users.noreply.r-seed-aeb326bc.example>")
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"vit-embed computes the embeddings that Hugging Face's Vision Transformers
give, on the CPU and without Python. Images come from files, folders, lists
or tars; embeddings go to .npy, CSV or JSON lines, with an index, a list of
what failed and a record of how they were made.

Runs that are interrupted go on where they were. A store follows its folders
under cron or systemd; the images that are most like others are found in it;
large collections are embedded in shards, by Slurm or GNU parallel.")
# dpkg-shlibdeps adds the libraries'. LibTorch takes any BLAS, of which one with OpenMP's threads is several times faster.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libopenblas0-openmp | libblas.so.3")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates")  # to download models by HTTPS
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "cron | systemd, parallel, python3-numpy, slurm-client, sqlite3")

set(doc ${CMAKE_INSTALL_DATAROOTDIR}/doc/vit-embed)
set(changelog ${PROJECT_BINARY_DIR}/package/changelog.gz)
add_custom_command(
  OUTPUT ${changelog}
  COMMAND ${PROJECT_SOURCE_DIR}/packaging/changelog.sh ${PROJECT_SOURCE_DIR}/CHANGELOG.md ${PROJECT_VERSION}
    ${CPACK_DEBIAN_PACKAGE_MAINTAINER} ${changelog}
  DEPENDS ${PROJECT_SOURCE_DIR}/packaging/changelog.sh ${PROJECT_SOURCE_DIR}/CHANGELOG.md
  VERBATIM)
add_custom_target(package_changelog ALL DEPENDS ${changelog})
install(FILES ${changelog} packaging/copyright DESTINATION ${doc})
install(FILES README.md DESTINATION ${doc})
# Where README.md links to.
install(FILES docs/at-scale.md DESTINATION ${doc}/docs)
install(FILES scripts/bench/figures/forward.png DESTINATION ${doc}/scripts/bench/figures)
install(FILES scripts/pictures/sheet-dark.webp scripts/pictures/sheet-light.webp scripts/pictures/terminal.svg
  DESTINATION ${doc}/scripts/pictures)
install(FILES packaging/lintian-overrides DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/lintian/overrides RENAME vit-embed)

# CMake's stripping leaves the compiler's name, which Debian's dh_strip takes away too.
install(CODE "
  if(CMAKE_INSTALL_DO_STRIP)
    set(root \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}\")
    file(GLOB modules \"\${root}/${CMAKE_INSTALL_LIBDIR}/vit-embed/*.so\")
    execute_process(
      COMMAND \"${CMAKE_STRIP}\" --remove-section=.comment --remove-section=.note
        \"\${root}/${CMAKE_INSTALL_BINDIR}/vit-embed\" \${modules}
      COMMAND_ERROR_IS_FATAL ANY)
  endif()")

install(PROGRAMS scripts/slurm/submit.sh DESTINATION ${doc}/examples/slurm)
install(FILES scripts/slurm/extract.sbatch scripts/slurm/merge.sbatch DESTINATION ${doc}/examples/slurm)
# In these the program is at an absolute path, which is known when it is installed.
file(GLOB jobs RELATIVE ${PROJECT_SOURCE_DIR}/scripts CONFIGURE_DEPENDS scripts/systemd/* scripts/cron/*)
install(CODE "
  set(jobs \"${jobs}\")
  set(scripts \"${PROJECT_SOURCE_DIR}/scripts\")
  set(program \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}/vit-embed\")
  set(examples \"\${CMAKE_INSTALL_PREFIX}/${doc}/examples\")")
install(CODE [[
  foreach(job IN LISTS jobs)
    file(READ ${scripts}/${job} text)
    string(REPLACE /usr/local/bin/vit-embed "${program}" text "${text}")
    file(WRITE "$ENV{DESTDIR}${examples}/${job}" "${text}")
    message(STATUS "Installing: $ENV{DESTDIR}${examples}/${job}")
  endforeach()]])

include(CPack)
