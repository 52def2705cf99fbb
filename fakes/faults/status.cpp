#include "fakes/faults/strike.hpp"
#include "world/json_text.hpp"

namespace fakes {
namespace {

// What nginx and its kind answer for a backend that they cannot reach.
std::string gateway_page(std::int32_t code) {
  std::string title = std::to_string(code);
  title += ' ';
  title += world::reason_phrase(code);
  return "<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n<center><h1>" + title +
         "</h1></center>\r\n<hr><center>gateway</center>\r\n</body>\r\n</html>\r\n";
}

}  // namespace

world::Task<void> strike(Status fault, Exchange& x) {
  x.body = fault.body;
  if (fault.html && x.body.empty()) x.body = gateway_page(fault.code);
  if (x.body.empty()) {
    const Refusal refusal = x.dialect.refusal_of(fault.code);
    x.note_error(refusal);
    x.dialect.write_refusal(x.body, refusal, x.facts.request_id);
  }
  std::string framing = "content-length: ";
  world::append_integer(framing, static_cast<std::int64_t>(x.body.size()));
  framing += "\r\n";
  // Gateways answer with HTML; whoever wants another type says so in the headers.
  const bool html = x.body.front() == '<';
  std::string type = html ? "text/html" : "application/json";
  for (const auto& [name, value] : fault.headers) {
    if (world::same_name(name, "content-type")) {
      type = value;
      continue;
    }
    framing += name + ": " + value + "\r\n";
  }
  x.add_head(fault.code, type, framing);
  x.out += x.body;
  const bool sent = co_await x.send_now();
  static_cast<void>(sent);  // the record says so
}

}  // namespace fakes
