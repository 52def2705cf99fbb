// What running fakes are told of faults: the body of a request to their control, as JSON or as
// lines, up to the answer. The first byte says by which method; in virtual time.
#include "fakes/control/control.hpp"
#include "harness/scenario/fault_line.hpp"
#include "input.hpp"
#include "tests/fakes/fake_world.hpp"

namespace {

fakes::Fault read_line(const std::string& line, const std::vector<fakes::Fault>& others) {
  return harness::read_fault_line(line, {"primary"}, others);
}

std::string request_of(bool post, std::string_view body) {
  std::string request = post ? "POST" : "PUT";
  request += " /_shakedown/faults HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ";
  request += std::to_string(body.size()) + "\r\n\r\n";
  request += body;
  return request;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  support::FakeWorld<support::InSim> fake;
  fakes::Control control(fake.world.clock, fake.server, read_line);
  fake.server.set_aside([&](fakes::Established& e, const world::HttpRequest& request) {
    return control.answer(e, request);
  });
  const std::string request = request_of(data[0] % 2 == 0, fuzz::text_of(data + 1, size - 1));
  const support::Body told = support::body_of(fake.talk(request).bytes);
  ENSURE(told.whole && !told.text.empty(), "control did not answer");
  const bool taken = told.status == 200 || told.status == 201;
  ENSURE(taken || told.status == 400 || told.status == 409 || told.status == 413,
         "an answer of another status");
  ENSURE(taken || fake.server.faults().faults().empty(), "a fault of what was refused");
  return 0;
}
