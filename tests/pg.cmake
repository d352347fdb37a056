# One private PostgreSQL cluster per ctest run, for the tests that ask for it with tt_needs_pg(NAME...). They find its
# conninfo in the file $TT_PG_DIR/conninfo and make a database of their own each (tests/sink/pg_test.h), so they run in parallel.
set(TT_PG_DIR ${CMAKE_BINARY_DIR}/pg)

add_test(NAME pg.start COMMAND ${PROJECT_SOURCE_DIR}/script/pg start --test ${TT_PG_DIR})
set_tests_properties(pg.start PROPERTIES FIXTURES_SETUP pg LABELS postgres TIMEOUT 120)
add_test(NAME pg.stop COMMAND ${PROJECT_SOURCE_DIR}/script/pg remove ${TT_PG_DIR})
set_tests_properties(pg.stop PROPERTIES FIXTURES_CLEANUP pg LABELS postgres TIMEOUT 120)

function(tt_needs_pg)
  foreach(name ${ARGN})
    set_property(TEST ${name} APPEND PROPERTY FIXTURES_REQUIRED pg)
    set_property(TEST ${name} APPEND PROPERTY ENVIRONMENT "TT_PG_DIR=${TT_PG_DIR}")
  endforeach()
endfunction()
