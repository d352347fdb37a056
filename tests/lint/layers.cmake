# Data flows ingest -> nlp -> mood -> sink: those four know common/ and never each other, common/ knows none, app/ knows all.
foreach(rule "common:ingest|nlp|mood|sink|app" "ingest:nlp|mood|sink|app" "nlp:ingest|mood|sink|app" "mood:ingest|nlp|sink|app"
        "sink:ingest|nlp|mood|app")
  string(REGEX MATCH "^([a-z]+):(.*)$" _ "${rule}")
  set(dir ${CMAKE_MATCH_1})
  set(ban ${CMAKE_MATCH_2})
  file(GLOB_RECURSE files ${ROOT}/${dir}/*.[ch])
  foreach(f ${files})
    file(STRINGS ${f} bad REGEX "^[ \t]*#[ \t]*include[ \t]+[\"<](\\.\\./)*(${ban})/")
    if(bad)
      message(SEND_ERROR "${f}: ${dir}/ must not include: ${bad}")
    endif()
  endforeach()
endforeach()
