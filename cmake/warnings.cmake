# Every warning with its reason. Errors in CI (SHAKEDOWN_WERROR), notes at the desk.
option(SHAKEDOWN_WERROR "Treat warnings as errors" OFF)
add_library(shakedown_flags INTERFACE)
target_compile_options(shakedown_flags INTERFACE
  -Wall -Wextra            # the common mistakes
  -Wshadow                 # a name means one thing in a scope
  -Woverloaded-virtual     # a twin that overrides nothing
  -Wimplicit-fallthrough   # a closed enum's switch says what it does
  -Wundef                  # a misspelt macro is not false
  -Wvla                    # every bound is a constant or on the heap
  -ffp-contract=off)       # the same doubles from g++ and clang, at -O0 and -O2 (simulation)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports these inside its own headers and coroutine frames at -O2, falsely.
  target_compile_options(shakedown_flags INTERFACE -Wno-maybe-uninitialized -Wno-restrict
    -Wno-stringop-overflow -Wno-array-bounds)
endif()
if(SHAKEDOWN_WERROR)
  target_compile_options(shakedown_flags INTERFACE -Werror)
endif()
if(SHAKEDOWN_SANITIZE)
  target_compile_options(shakedown_flags INTERFACE
    -fsanitize=${SHAKEDOWN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(shakedown_flags INTERFACE -fsanitize=${SHAKEDOWN_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # clang 14 cannot place -fsanitize=function data beside coroutines; must come after the above.
    target_compile_options(shakedown_flags INTERFACE -fno-sanitize=function)
  endif()
endif()
