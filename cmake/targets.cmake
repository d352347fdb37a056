# The helpers the folders' CMakeLists.txt are written with.

# tt_pkg(name module): the imported target PkgConfig::name of a pkg-config module.
function(tt_pkg name module)
  pkg_check_modules(${name} REQUIRED IMPORTED_TARGET GLOBAL ${module})
endfunction()

# tt_library(name SOURCES ... DEPENDS ours... PRIVATE_LIBS theirs...)
function(tt_library name)
  cmake_parse_arguments(A "" "" "SOURCES;DEPENDS;PRIVATE_LIBS" ${ARGN})
  add_library(${name} STATIC ${A_SOURCES})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${A_DEPENDS} PRIVATE ${A_PRIVATE_LIBS} tt_flags)
endfunction()

# tt_threads(target): what a program needs for the thread sanitizer, when it is built for it.
function(tt_threads target)
  if(TT_SANITIZE MATCHES thread)
    target_sources(${target} PRIVATE ${PROJECT_SOURCE_DIR}/cmake/tsan_threads.c)
  endif()
endfunction()

# tt_test(name SOURCES ... LIBS ... LABELS ... [ARGS ...] [TIMEOUT s] [FAULT] [WAITS]): a cmocka program run by ctest.
# Exit code 77 is "skipped" (../shared or a server is not there). FAULT links the failing allocator of tests/fault.h.
# WAITS: it waits most of its time, so that others may run beside it on its core (script/test has two slots a core).
function(tt_test name)
  cmake_parse_arguments(A "FAULT;WAITS" "TIMEOUT" "SOURCES;LIBS;LABELS;ARGS" ${ARGN})
  if(NOT A_SOURCES)
    set(A_SOURCES ${name}.c)
  endif()
  if(NOT A_TIMEOUT)
    set(A_TIMEOUT 120)
  endif()
  add_executable(${name} ${A_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${A_LIBS} PkgConfig::cmocka tt_flags)
  tt_threads(${name})
  if(A_FAULT)
    target_link_libraries(${name} PRIVATE tt_fault)
    target_link_options(${name} PRIVATE
      -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free,--wrap=strdup,--wrap=strndup,--wrap=aligned_alloc)
  endif()
  add_test(NAME ${name} COMMAND ${name} ${A_ARGS})
  set(slots 2)
  if(A_WAITS)
    set(slots 1)
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${A_LABELS}" TIMEOUT ${A_TIMEOUT} SKIP_RETURN_CODE 77 PROCESSORS ${slots}
    ENVIRONMENT "TT_SOURCE_DIR=${PROJECT_SOURCE_DIR};TT_SHARED_DIR=${PROJECT_SOURCE_DIR}/../shared;TT_BINARY=$<TARGET_FILE:tickertone>")
endfunction()

# tt_fuzz(name SOURCES ... LIBS ...): with TT_FUZZ a libFuzzer program; always a ctest "fuzz.NAME" that replays
# tests/fuzz/corpus/NAME through the same entry point.
function(tt_fuzz name)
  cmake_parse_arguments(A "" "" "SOURCES;LIBS" ${ARGN})
  add_executable(fuzz_${name} ${A_SOURCES})
  target_link_libraries(fuzz_${name} PRIVATE ${A_LIBS} tt_flags)
  if(TT_FUZZ)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(fuzz_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/fuzz/replay.c)
    add_test(NAME fuzz.${name} COMMAND fuzz_${name} ${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${name})
    set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz TIMEOUT 120)
  endif()
endfunction()
