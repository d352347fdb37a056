# One Kafka broker per ctest run, for the tests that ask for it with tt_needs_kafka(NAME...). They find its address in the file
# $TT_KAFKA_DIR/address and make topics of their own each, so they run in parallel. A test that kills the broker starts
# one of its own (script/kafka). Where the broker's jars cannot be had kafka.start is skipped and there is no such file:
# those tests then leave with 77, and are skipped by name.
set(TT_KAFKA_DIR ${CMAKE_BINARY_DIR}/kafka)

add_test(NAME kafka.start COMMAND ${PROJECT_SOURCE_DIR}/script/kafka start ${TT_KAFKA_DIR})
set_tests_properties(kafka.start PROPERTIES FIXTURES_SETUP kafka LABELS kafka TIMEOUT 420 SKIP_RETURN_CODE 77)
add_test(NAME kafka.stop COMMAND ${PROJECT_SOURCE_DIR}/script/kafka remove ${TT_KAFKA_DIR})
set_tests_properties(kafka.stop PROPERTIES FIXTURES_CLEANUP kafka LABELS kafka TIMEOUT 120)

function(tt_needs_kafka)
  foreach(name ${ARGN})
    set_property(TEST ${name} APPEND PROPERTY FIXTURES_REQUIRED kafka)
    set_property(TEST ${name} APPEND PROPERTY ENVIRONMENT "TT_KAFKA_DIR=${TT_KAFKA_DIR}")
    set_property(TEST ${name} PROPERTY SKIP_RETURN_CODE 77)
  endforeach()
endfunction()
