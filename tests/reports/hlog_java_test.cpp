// The reference library reads what we write: HdrHistogram's own log processor, when it is
// installed.
#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "reports/hdr_codec.hpp"
#include "reports/latency_hgrm.hpp"
#include "reports/latency_hlog.hpp"
#include "reports/measurements.hpp"
#include "sample_run.hpp"
#include "tests/support/places.hpp"

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
      source_dir() + "/tests/reports/golden/sample.latency.hlog";
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

namespace {

// Responses from 1 ms to 60 s, of one class, so that all of them have one tag.
reports::RunRecord long_tailed_run() {
  using namespace std::chrono_literals;
  reports::Layout layout;
  layout.phases = {{"all", world::at(0s), world::at(100s)}};
  layout.classes = {"chat"};
  layout.duration = 100s;
  auto measured = std::make_shared<reports::Measurements>(layout);
  std::int64_t nanos = 1'000'000;
  for (int i = 0; i < 5'000; ++i) {
    nanos = nanos * 48'271 % 2'147'483'647;
    const auto response = std::chrono::microseconds(1'000 + (nanos % 1'000) * (nanos % 60'000));
    measured->recorder.record(reports::test::operation(std::chrono::milliseconds(10 * i), response,
                                                       reports::Outcome::ok));
  }
  reports::RunRecord run;
  run.mode = "sim";
  reports::measure(run, measured->recorder);
  run.measurements = measured;
  return run;
}

std::string written(void (*write)(const reports::RunRecord&, const reports::Environment&,
                                  const reports::Sink&),
                    const reports::RunRecord& run) {
  std::string text;
  write(run, {}, [&text](std::string_view part) { text += part; });
  return text;
}

}  // namespace

TEST_CASE("latency.hgrm is what HdrHistogram itself prints of latency.hlog") {
  if (!std::filesystem::exists(kJar) || !has_java()) {
    WARN("skipped: needs java and " << kJar << " (Debian: libhdrhistogram-java)");
    return;
  }
  const reports::RunRecord run = long_tailed_run();
  const auto folder = std::filesystem::temp_directory_path();
  const std::string file = (folder / "shakedown-hgrm-test.hlog").string();
  std::FILE* out = std::fopen(file.c_str(), "w");
  REQUIRE(out != nullptr);
  std::fputs(written(reports::write_latency_hlog, run).c_str(), out);
  std::fclose(out);
  const std::string java = output_of("java -cp " + std::string(kJar) +
                                     " org.HdrHistogram.HistogramLogProcessor -tag chat -i '" +
                                     file + "'");
  std::filesystem::remove(file);
  const std::string ours = written(reports::write_latency_hgrm, run);
  REQUIRE(ours.find("Total count    =         5000]") != std::string::npos);
  CHECK(java == ours);
}
