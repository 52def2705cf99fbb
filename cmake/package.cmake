# What an installation has, and the packages of it: a .deb for Debian 12 and a tarball. ci/package
# builds and tries them.

# Manual pages and completions are written by the program itself (`shakedown manual`).
set(share ${CMAKE_BINARY_DIR}/share)
if(NOT SHAKEDOWN_SANITIZE)
  add_custom_command(TARGET shakedown POST_BUILD
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${share}
    COMMAND shakedown manual ${share}
    COMMAND ${CMAKE_COMMAND} -E copy cmake/package/shakedown-gate.1 ${share}/man/man1
    COMMAND sh -c "gzip -9nf '${share}'/man/man1/*.1"
    COMMAND ${CMAKE_COMMAND} -E make_directory ${share}/doc/shakedown
    COMMAND sh -c "gzip -9nc cmake/package/changelog >'${share}/doc/shakedown/changelog.gz'"
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} VERBATIM)
endif()

set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)  # `shakedown` is all that must be built
set(CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
install(TARGETS shakedown RUNTIME DESTINATION bin)
install(PROGRAMS ci/gate DESTINATION bin RENAME shakedown-gate)
install(DIRECTORY scenarios/ DESTINATION share/shakedown/scenarios)
install(DIRECTORY ${share}/ DESTINATION share OPTIONAL)
install(FILES README.md cmake/package/copyright DESTINATION share/doc/shakedown)
install(DIRECTORY docs/ DESTINATION share/doc/shakedown/docs)

set(CPACK_PACKAGE_NAME shakedown)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_VENDOR Shakedown)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "stress tests and chaos for LLM agents, with a verdict")
set(CPACK_PACKAGE_DESCRIPTION
  "A load generator and fake, flaky LLM backends replay scenarios against an
agent, in virtual time or over real sockets, and end in a verdict: PASS,
FAIL, INCONCLUSIVE or INVALID, with the numbers behind it.")
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
set(CPACK_STRIP_FILES ON)
set(CPACK_GENERATOR DEB TGZ)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS ${CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS})
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "Shakedown <shakedown@localhost>" CACHE STRING
  "Who answers for the package")
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS bubblewrap)  # the sandbox of commands in live runs
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
include(CPack)
