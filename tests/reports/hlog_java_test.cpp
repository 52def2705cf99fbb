// The reference library reads what we write: HdrHistogram's own log processor, when it is
// installed.
#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace {

constexpr const char* kJar = "/usr/share/java/hdrhistogram.jar";

std::string output_of(const std::string& command) {
  std::string out;
  FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> buffer;
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe))
    out.append(buffer.data(), count);
  CHECK(::pclose(pipe) == 0);
  return out;
}

bool has_java() { return std::system("java -version >/dev/null 2>&1") == 0; }

}  // namespace

TEST_CASE("HdrHistogram's log processor reads latency.hlog") {
  if (!std::filesystem::exists(kJar) || !has_java()) {
    WARN("skipped: needs java and " << kJar << " (Debian: libhdrhistogram-java)");
    return;
  }
  // The golden file is the sample run's: 91 responses of class chat, the longest 10 s.
  const std::string file =
      std::string(SHAKEDOWN_SOURCE_DIR) + "/tests/reports/golden/sample.latency.hlog";
  const std::string processor = "java -cp " + std::string(kJar) +
                                " org.HdrHistogram.HistogramLogProcessor -i '" + file + "' ";
  CHECK(output_of(processor + "-listtags").find("chat\nstream") != std::string::npos);
  const std::string chat = output_of(processor + "-tag chat");
  CHECK(chat.find("Total count    =           91]") != std::string::npos);
  CHECK(chat.find("Max     =    10007.609") != std::string::npos);
  CHECK(chat.find("Buckets =           28, SubBuckets     =         2048") != std::string::npos);
  const std::string stream = output_of(processor + "-tag stream");
  CHECK(stream.find("Total count    =           90]") != std::string::npos);
}
