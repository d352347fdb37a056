# Run as a script (-P): writes OUT, a C file with the bytes of each of FILES as `const struct NAME`'s rows, in the given order.
# HEADER declares the array; the row is {file name without folder, bytes with a NUL behind, number of bytes without it}.
set(rows "")
set(arrays "")
set(i 0)
foreach(file ${FILES})
  get_filename_component(base ${file} NAME)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," hex "${hex}")
  string(REGEX REPLACE "(................................................................................)" "\\1\n" hex "${hex}")
  string(APPEND arrays "static const unsigned char file_${i}[] = {\n${hex}0};\n")
  string(APPEND rows "\t{\"${base}\", (const char *)file_${i}, sizeof(file_${i}) - 1},\n")
  math(EXPR i "${i} + 1")
endforeach()
file(WRITE ${OUT} "/* Generated from the .sql files; do not edit. */\n#include \"${HEADER}\"\n\n${arrays}\n"
  "const struct tt_embedded ${NAME}[] = {\n${rows}\t{0},\n};\n")
