// job_life, on what a client saw of turns in the background.
#include "story.hpp"

using namespace harness;
using namespace harness::test;
using namespace std::chrono_literals;
using reports::Outcome;
using reports::Verdict;
using world::at;

namespace {

struct Seen {
  world::Nanos at;
  JobStatus status;
};

Reply job(const std::vector<Seen>& sightings) {
  Reply reply = Story::answer("yes");
  reply.job.acknowledged = true;
  reply.job.acknowledged_at = at(1s);
  for (const Seen& seen : sightings) reply.job.sightings.push_back({at(seen.at), seen.status});
  return reply;
}

const std::vector<Seen> kWell = {{1s, JobStatus::queued},
                                 {2s, JobStatus::in_progress},
                                 {3s, JobStatus::completed}};

Sequel look(std::uint16_t http_status, JobStatus status, std::string text = "yes") {
  Sequel sequel;
  sequel.kind = Sequel::Kind::look;
  sequel.http_status = http_status;
  sequel.status = status;
  sequel.text = std::move(text);
  return sequel;
}

}  // namespace

TEST_CASE("one life and one end", "[oracle][job_life][REQ-082]") {
  const auto result = Story("job_life")
                          .ended(turn(0), Outcome::ok, job(kWell))
                          .sequel(turn(0), look(200, JobStatus::completed))
                          .ended(turn(1), Outcome::ok, job({{1s, JobStatus::completed}}))
                          .told();
  CHECK(result.verdict == Verdict::pass);
  CHECK(result.checked == 3);
}

TEST_CASE("turns that are no jobs are nothing to it", "[oracle][job_life]") {
  const auto result = Story("job_life").answered(turn(0)).told();
  CHECK(result.verdict == Verdict::inconclusive);
}

TEST_CASE("a final state stays", "[oracle][job_life][REQ-082]") {
  SECTION("told by its own client") {
    const auto result =
        Story("job_life")
            .ended(turn(0), Outcome::ok,
                   job({{3s, JobStatus::cancelled}, {4s, JobStatus::completed}}))
            .told();
    check_witness(result, "u0.s0.t0",
                  "the response was cancelled (seen at 3 s), which is final, and then completed "
                  "(seen at 4 s)");
  }
  SECTION("told by a later look") {
    const auto result = Story("job_life")
                            .ended(turn(0), Outcome::ok, job(kWell))
                            .sequel(turn(0), look(200, JobStatus::failed))
                            .told();
    check_witness(result, "u0.s0.t0",
                  "the response was completed (seen at 3 s), which is final, and then failed (seen "
                  "at 2 s)");
  }
  SECTION("with its text") {
    const auto result = Story("job_life")
                            .ended(turn(0), Outcome::ok, job(kWell))
                            .sequel(turn(0), look(200, JobStatus::completed, "no"))
                            .told();
    CHECK(result.verdict == Verdict::fail);
  }
}

TEST_CASE("nothing goes back to the queue, unless the agent was gone",
          "[oracle][job_life][REQ-086]") {
  const Reply back = job({{1s, JobStatus::in_progress},
                          {5s, JobStatus::queued},
                          {6s, JobStatus::completed}});
  SECTION("it was there") {
    const auto result = Story("job_life").ended(turn(0), Outcome::ok, back).told();
    check_witness(result, "u0.s0.t0",
                  "the response went back from in_progress (seen at 1 s) to queued (seen at 5 s), "
                  "and the agent had been there all the time");
  }
  SECTION("it was gone") {
    const auto result = Story("job_life")
                            .life(AgentLife::Event::killed)
                            .life(AgentLife::Event::started)
                            .ended(turn(0), Outcome::ok, back)
                            .told();
    CHECK(result.verdict == Verdict::pass);
  }
}

TEST_CASE("what was acknowledged is not lost", "[oracle][job_life][REQ-083]") {
  Reply lost = job({{1s, JobStatus::queued}});
  lost.job.lost_status = 404;
  SECTION("while it goes on") {
    const auto result = Story("job_life").ended(turn(0), Outcome::error, lost).told();
    check_witness(result, "u0.s0.t0",
                  "the response was acknowledged at 1 s and is lost: asked for again, the answer "
                  "was status 404");
  }
  SECTION("behind its end") {
    const auto result = Story("job_life")
                            .ended(turn(0), Outcome::ok, job(kWell))
                            .sequel(turn(0), look(404, JobStatus::none))
                            .told();
    CHECK(result.verdict == Verdict::fail);
  }
  SECTION("an agent that is away is asked in vain") {
    const auto result = Story("job_life")
                            .ended(turn(0), Outcome::ok, job(kWell))
                            .sequel(turn(0), look(503, JobStatus::none))
                            .told();
    CHECK(result.verdict == Verdict::pass);
  }
}

TEST_CASE("nothing is stuck", "[oracle][job_life][REQ-085]") {
  const Reply queued = job({{1s, JobStatus::queued}});
  SECTION("beyond the user's patience") {
    const auto result = Story("job_life").ended(turn(0), Outcome::timeout, queued).told();
    check_witness(result, "u0.s0.t0",
                  "the response was acknowledged at 1 s and was still queued when its user's "
                  "patience had ended");
  }
  SECTION("at the end of the run") {
    Story story("job_life");
    story.ended(turn(0), Outcome::in_flight, queued);
    SECTION("which was whole") { CHECK(story.told(true).verdict == Verdict::fail); }
    SECTION("which was cut off") { CHECK(story.told(false).verdict == Verdict::pass); }
  }
}

TEST_CASE("a cancel is 200 and comes twice to the same", "[oracle][job_life][REQ-081]") {
  struct Row {
    std::uint16_t first;
    std::uint16_t again;
    const char* difference;
    bool good;
  };
  for (const Row& row : {Row{200, 200, "", true}, Row{200, 0, "", true}, Row{0, 0, "", true},
                         Row{409, 0, "", false}, Row{200, 400, "", false},
                         Row{200, 200, "status completed instead of cancelled", false}}) {
    Reply cancelled = job({{1s, JobStatus::queued}, {2s, JobStatus::cancelled}});
    cancelled.job.cancel_wanted = true;
    cancelled.job.cancel_status = row.first;
    cancelled.job.cancel_again_status = row.again;
    cancelled.job.cancel_difference = row.difference;
    const auto result = Story("job_life").ended(turn(0), Outcome::cancelled, cancelled).told();
    INFO(row.first << " " << row.again << " " << row.difference);
    CHECK(result.verdict == (row.good ? Verdict::pass : Verdict::fail));
  }
}
