# The web pages inside the binary: page.html, page.css, the scripts of files.txt in that order, and
# Debian's Chart.js, as string literals. Run with -P at build time; OUT: the source file to write,
# PAGE: the folder, CHARTS: the library.
# Without indents and lines that are only comments: no text of these files goes over lines.
function(lean name)
  string(REGEX REPLACE "\n +" "\n" text "\n${${name}}")
  string(REGEX REPLACE "\n//[^\n]*" "" text "${text}")
  set(${name} "${text}" PARENT_SCOPE)
endfunction()

file(STRINGS ${PAGE}/files.txt names)
set(Script "")
foreach(name IN LISTS names)
  file(READ ${PAGE}/${name} text)
  lean(text)
  string(APPEND Script "${text}\n")
endforeach()
file(READ ${PAGE}/page.html Html)
file(READ ${PAGE}/page.css Style)
lean(Style)
file(READ ${CHARTS} Charts)

set(source "#include \"reports/page_assets.hpp\"\n\nnamespace reports {\n")
foreach(part IN ITEMS Html Style Charts Script)
  if("${${part}}" MATCHES "\\)PAGE\"")
    message(FATAL_ERROR "embed: ${part} holds the end of a literal")
  endif()
  string(APPEND source "\nconst std::string_view kPage${part} = R\"PAGE(${${part}})PAGE\";\n")
endforeach()
string(APPEND source "\n}  // namespace reports\n")
file(WRITE ${OUT} "${source}")
