# shakedown_page(name): the web pages of reports/page and Debian's Chart.js, built into a folder's
# library as string literals (embed.cmake).
find_file(SHAKEDOWN_CHARTS chart.min.js PATHS /usr/share/javascript/chart.js NO_DEFAULT_PATH REQUIRED)

function(shakedown_page name)
  set(page ${CMAKE_SOURCE_DIR}/reports/page)
  file(GLOB files CONFIGURE_DEPENDS ${page}/*)
  set(out ${CMAKE_BINARY_DIR}/page_assets.cpp)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DPAGE=${page} -DCHARTS=${SHAKEDOWN_CHARTS}
            -P ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
    DEPENDS ${files} ${SHAKEDOWN_CHARTS} ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
    VERBATIM)
  set_source_files_properties(${out} PROPERTIES
    SKIP_PRECOMPILE_HEADERS ON COMPILE_OPTIONS "-Wno-overlength-strings")
  target_sources(shakedown_${name} PRIVATE ${out})
endfunction()
