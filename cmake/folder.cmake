# shakedown_folder(name LIBRARIES ...): one folder is one static library. Sources are found by name;
# each header is also compiled alone (headers_<name>), so that every header is self-contained. Those
# that no source of their own includes first are in headers_only_<name>, which is quick.
function(shakedown_folder name)
  cmake_parse_arguments(arg "" "" "LIBRARIES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${name}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${name}/*.hpp)

  add_library(shakedown_${name} STATIC ${sources} ${headers})
  target_include_directories(shakedown_${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(shakedown_${name} PUBLIC shakedown_flags ${arg_LIBRARIES})
  if(SHAKEDOWN_PCH)
    target_precompile_headers(shakedown_${name} PRIVATE
      <algorithm> <chrono> <coroutine> <cstdint> <functional> <map> <memory> <optional> <span>
      <string> <string_view> <utility> <vector>)
  endif()

  if(SHAKEDOWN_FUZZ)
    target_compile_options(shakedown_${name} PRIVATE -fsanitize=fuzzer-no-link)  # what is covered
  endif()

  foreach(header IN LISTS headers)
    file(RELATIVE_PATH relative ${CMAKE_SOURCE_DIR} ${header})
    string(MAKE_C_IDENTIFIER ${relative} id)
    set(alone ${CMAKE_BINARY_DIR}/headers/${id}.cpp)
    if(NOT EXISTS ${alone})
      file(WRITE ${alone} "#include \"${relative}\"\n")
    endif()
    list(APPEND alones ${alone})
    string(REGEX REPLACE "hpp$" "cpp" own_source ${header})
    if(NOT EXISTS ${own_source})
      list(APPEND alones_only ${alone})
    endif()
  endforeach()
  foreach(set IN ITEMS alones alones_only)
    string(REPLACE alones headers target ${set}_${name})
    if(${set})
      add_library(${target} OBJECT EXCLUDE_FROM_ALL ${${set}})
      target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR})
      target_link_libraries(${target} PRIVATE shakedown_flags ${arg_LIBRARIES})
    endif()
  endforeach()
endfunction()
