# Everything comes from Debian 12 packages (ci/setup installs them). One target per library, so that
# the macros which must agree in every translation unit have one owner.
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(fmt REQUIRED)
find_package(CLI11 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(SQLite3 3.40 REQUIRED)

add_library(shakedown_asio INTERFACE)
target_link_libraries(shakedown_asio INTERFACE Boost::headers Threads::Threads)
target_compile_definitions(shakedown_asio INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)

add_library(shakedown_json INTERFACE)
target_link_libraries(shakedown_json INTERFACE nlohmann_json::nlohmann_json)

add_library(shakedown_fmt INTERFACE)
target_link_libraries(shakedown_fmt INTERFACE fmt::fmt)

add_library(shakedown_yaml INTERFACE)
target_link_libraries(shakedown_yaml INTERFACE yaml-cpp)

add_library(shakedown_cli INTERFACE)
target_link_libraries(shakedown_cli INTERFACE CLI11::CLI11)
