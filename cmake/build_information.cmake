# What `shakedown --version` says. The commit is that of the moment of configuring; a source tree
# without git has none, unless it is given: -DSHAKEDOWN_COMMIT=...
set(SHAKEDOWN_COMMIT "" CACHE STRING "Commit of the sources; default: what git says")
set(commit "${SHAKEDOWN_COMMIT}")
if(NOT commit AND EXISTS ${CMAKE_SOURCE_DIR}/.git)
  find_package(Git QUIET)
  if(GIT_FOUND)
    execute_process(COMMAND ${GIT_EXECUTABLE} rev-parse --short=12 HEAD
      WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} OUTPUT_VARIABLE commit
      OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  endif()
endif()
set_source_files_properties(harness/version.cpp PROPERTIES COMPILE_DEFINITIONS
  "SHAKEDOWN_VERSION=\"${PROJECT_VERSION}\";SHAKEDOWN_BUILD_TYPE=\"${CMAKE_BUILD_TYPE}\";SHAKEDOWN_COMMIT=\"${commit}\"")
