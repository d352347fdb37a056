# tt_flags: what every target of ours is compiled and linked with.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON) # the cleanup attribute and __builtin_cpu_supports
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_C_VISIBILITY_PRESET hidden)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
endif()
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g") # asserts stay on: they are cheap and a wrong score is not

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

add_library(tt_flags INTERFACE)
target_compile_definitions(tt_flags INTERFACE _GNU_SOURCE)
target_compile_options(tt_flags INTERFACE
  -Wall -Wextra -Wshadow -Wvla -Wwrite-strings -Wstrict-prototypes -Wmissing-prototypes -Wformat=2
  -fno-common -fno-math-errno -ffp-contract=off)
if(TT_WERROR)
  target_compile_options(tt_flags INTERFACE -Werror)
endif()
if(TT_SANITIZE)
  target_compile_options(tt_flags INTERFACE -fsanitize=${TT_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(tt_flags INTERFACE -fsanitize=${TT_SANITIZE})
endif()
if(TT_FUZZ)
  target_compile_options(tt_flags INTERFACE -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all)
  target_link_options(tt_flags INTERFACE -fsanitize=address,undefined)
endif()
if(TT_COVERAGE)
  target_compile_options(tt_flags INTERFACE --coverage)
  target_link_options(tt_flags INTERFACE --coverage)
endif()

# Of sources with vector code, which stand one for each instruction set: nlp/kernel, nlp/train/model.
# UBSan's checks keep clang from contracting some multiply-adds and not others: a row's bits would depend on its tile.
set(vector_flags -O3 -ffp-contract=fast -fno-sanitize=undefined)
set(avx2 -mavx2 -mfma)
set(avx512 ${avx2} -mavx512f -mavx512vl -mavx512dq -mavx512bw -mprefer-vector-width=512)
