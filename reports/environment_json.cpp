#include "reports/environment_json.hpp"

#include <nlohmann/json.hpp>

#include "reports/text.hpp"

namespace reports {

void write_environment_json(const RunRecord&, const Environment& e, const Sink& sink) {
  using Json = nlohmann::ordered_json;
  Json json;
  json["schema"] = "shakedown/environment/1";
  json["version"] = e.version;
  json["compiler"] = e.compiler;
  json["build_type"] = e.build_type;
  json["host"] = e.host;
  json["system"] = e.system;
  json["cpu"] = e.cpu;
  json["cores"] = e.cores;
  json["command_line"] = e.command_line;
  json["started"] = utc_date(e.started_unix_ms / 1000);
  json["started_unix_ms"] = e.started_unix_ms;
  json["wall_s"] = seconds(e.wall_time);
  json["cpu_user_s"] = seconds(e.cpu_user);
  json["cpu_system_s"] = seconds(e.cpu_system);
  json["rss_max_bytes"] = e.rss_max_bytes;
  sink(json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace reports
