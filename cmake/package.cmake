# What an installation has, and the packages of it: ci/package builds and tries them.
install(TARGETS shakedown RUNTIME DESTINATION bin)
install(DIRECTORY scenarios/ DESTINATION share/shakedown/scenarios)
