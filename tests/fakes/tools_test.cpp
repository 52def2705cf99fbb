// The fake tool server: what it answers to each method, its notes, and commands of ten minutes.
#include <catch2/catch.hpp>

#include "tests/fakes/fake_world.hpp"

using namespace support;
using namespace std::chrono_literals;

namespace {

fakes::Backend tool_backend() {
  fakes::Backend backend;
  backend.dialect = "mcp";
  return backend;
}

std::string post_rpc(const std::string& body) {
  std::string request = post("/mcp", body);
  return request.insert(request.find("\r\n") + 2, "connection: close\r\n");
}

std::string call(const std::string& tool, const std::string& arguments, bool progress) {
  std::string body = R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":")" + tool +
                     R"(","arguments":)" + arguments;
  if (progress) body += R"(,"_meta":{"progressToken":1})";
  return post_rpc(body + "}}");
}

struct Row {
  const char* body;
  int status;
  const char* says;
};

const Row kRows[] = {
    {R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-03-26"}})",
     200, R"({"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-03-26",)"},
    {R"({"jsonrpc":"2.0","id":"a","method":"initialize"})", 200,
     R"({"jsonrpc":"2.0","id":"a","result":{"protocolVersion":"2025-06-18",)"},
    {R"({"jsonrpc":"2.0","id":1,"method":"ping"})", 200, R"({"jsonrpc":"2.0","id":1,"result":{}})"},
    {R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})", 200, R"("tools":[{"name":"echo")"},
    {R"({"jsonrpc":"2.0","method":"notifications/initialized"})", 202, ""},
    {R"({"jsonrpc":"2.0","id":1,"method":"no/such"})", 200, R"("id":1,"error":{"code":-32601)"},
    {R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{}})", 200, R"("code":-32602)"},
    {R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"no"}})", 200,
     R"("id":1,"error":{"code":-32602,"message":"Unknown tool: no"})"},
    {R"({"id":1,"method":"ping"})", 400, R"("code":-32600)"},
    {"{", 400, R"("id":null,"error":{"code":-32700)"},
};

}  // namespace

TEMPLATE_TEST_CASE("a tool server answers JSON-RPC", "[tools]", InSim, Live) {
  FakeWorld<TestType> fake({}, tool_backend());
  for (const Row& row : kRows) {
    CAPTURE(row.body);
    const Body body = body_of(fake.talk(post_rpc(row.body)).bytes);
    CHECK(body.status == row.status);
    CHECK(body.text.find(row.says) != std::string::npos);
    CHECK(body.text.empty() == (row.status == 202));
  }
  CHECK(body_of(fake.talk("GET /mcp HTTP/1.1\r\nconnection: close\r\n\r\n").bytes).status == 405);
}

TEMPLATE_TEST_CASE("a retried call has its effect twice", "[tools]", InSim, Live) {
  FakeWorld<TestType> fake({}, tool_backend());
  const std::string add = call("add_note", R"({"text":"a"})", false);
  CHECK(body_of(fake.talk(add).bytes).text.find("Noted as number 1.") != std::string::npos);
  CHECK(body_of(fake.talk(add).bytes).text.find("Noted as number 2.") != std::string::npos);
  REQUIRE(fake.records.size() == 2);
  CHECK(fake.records[1].attempt == 2);
  CHECK(fake.records[1].effect);
  CHECK(fake.records[1].model == "add_note");
}

TEST_CASE("a command of ten minutes, by the minute", "[tools]") {
  fakes::BadTool bad;
  bad.how = GENERATE(fakes::BadToolHow::slow, fakes::BadToolHow::dies);
  bad.heartbeat = GENERATE(world::Nanos{0}, world::Nanos{60s});
  const bool dies = bad.how == fakes::BadToolHow::dies;
  bad.time = dies ? 599s : 600s;
  FakeWorld<InSim> fake({fault(bad)}, tool_backend());
  const Talk talk = fake.talk(call("run_command", "{}", true), 1h);
  CHECK(count(talk.bytes, "notifications/progress") == (bad.heartbeat > 0s ? 9 : 0));
  CHECK(count(talk.bytes, "exit code 0") == (dies ? 0 : 1));
  CHECK(talk.end == (dies ? "reset" : "fin"));
  if (!dies) CHECK(talk.last_byte - world::at(600s) < 10ms);
  if (!dies) CHECK(talk.last_byte >= world::at(600s));
}
