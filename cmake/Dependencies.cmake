# Everything third-party, found in one place; each layer links what it uses, privately.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CURL REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(PkgConfig REQUIRED)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(zip REQUIRED IMPORTED_TARGET libzip)
pkg_check_modules(exif REQUIRED IMPORTED_TARGET libexif)
find_package(JPEG REQUIRED)
pkg_check_modules(hwy REQUIRED IMPORTED_TARGET libhwy)
find_package(OpenCV REQUIRED COMPONENTS core imgproc imgcodecs)
find_package(Torch REQUIRED)

# LibTorch's and OpenCV's headers warn under -Wconversion: they are included as system headers, and Torch's compile
# flags are taken from its variable, for Debian's target carries none.
add_library(vit_embed_torch INTERFACE)
target_link_libraries(vit_embed_torch INTERFACE ${TORCH_LIBRARIES})
target_include_directories(vit_embed_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
add_library(vit_embed::torch ALIAS vit_embed_torch)

add_library(vit_embed_opencv INTERFACE)
target_link_libraries(vit_embed_opencv INTERFACE opencv_core opencv_imgproc opencv_imgcodecs)
target_include_directories(vit_embed_opencv SYSTEM INTERFACE ${OpenCV_INCLUDE_DIRS})
add_library(vit_embed::opencv ALIAS vit_embed_opencv)
