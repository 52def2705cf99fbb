# shakedown_folder(name LIBRARIES ...): one folder is one static library. Sources are found by name;
# each header is also compiled alone, so that every header is self-contained.
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

  foreach(header IN LISTS headers)
    file(RELATIVE_PATH relative ${CMAKE_SOURCE_DIR} ${header})
    string(MAKE_C_IDENTIFIER ${relative} id)
    set(alone ${CMAKE_BINARY_DIR}/headers/${id}.cpp)
    if(NOT EXISTS ${alone})
      file(WRITE ${alone} "#include \"${relative}\"\n")
    endif()
    list(APPEND alones ${alone})
  endforeach()
  if(alones)
    add_library(headers_${name} OBJECT EXCLUDE_FROM_ALL ${alones})
    target_include_directories(headers_${name} PRIVATE ${CMAKE_SOURCE_DIR})
    target_link_libraries(headers_${name} PRIVATE shakedown_flags ${arg_LIBRARIES})
  endif()
endfunction()
