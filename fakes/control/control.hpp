// Control: what fakes can be asked and told while they serve, on their own port, but not by a web
// page. Faults are told in one line each. One clock; must outlive the ports.
//   GET /metrics, GET /_shakedown            for Prometheus; the backends, and these paths
//   GET | POST | PUT | DELETE /_shakedown/faults        list, add, replace all, end all
//   DELETE /_shakedown/faults/{id}           end one
//   GET /_shakedown/journal?since=N          the last requests, a line of JSON each
//   GET /_shakedown/emission                 how late each backend's writes were since it began
//   POST /_shakedown/reset                   forget everything; the faults of the start again
#pragma once

#include <functional>
#include <vector>

#include "fakes/control/metrics.hpp"
#include "fakes/control/recent_requests.hpp"
#include "fakes/server.hpp"

namespace fakes {

class Control {
 public:
  // Reads `rate_limit at 30s..90s p=50%`; `others` have their ids already. Throws std::exception
  // with what is wrong.
  using ReadFault = std::function<Fault(const std::string& line, const std::vector<Fault>& others)>;

  Control(world::Clock& clock, Server& server, ReadFault read_fault);

  void note(const PromptRecord& record);

  // False: the request is none of its own.
  world::Task<bool> answer(Established& established, const world::HttpRequest& request);

  static constexpr std::size_t kJournalPage = 1'000;  // records in one answer
  static constexpr std::size_t kLinesMax = 1'000;     // faults told at once

 private:
  struct Reply {
    int status = 200;
    std::string type = "application/json";
    std::string body;
  };
  Reply reply_to(const world::HttpRequest& request);
  Reply faults(const world::HttpRequest& request);
  Reply end_fault(const world::HttpRequest& request, const std::string& id);
  Reply index() const;
  Reply journal(const world::HttpRequest& request) const;
  Reply emission() const;
  Reply list_faults() const;
  std::vector<Fault> read(const std::string& body, std::vector<Fault> others) const;
  std::vector<Fault> in_force() const;
  static Reply wrong(int status, const std::string& sentence);

  world::Clock& clock_;
  Server& server_;
  ReadFault read_fault_;
  std::vector<Fault> at_start_;
  RecentRequests recent_;
  Metrics metrics_;
};

}  // namespace fakes
