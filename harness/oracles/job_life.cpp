#include "harness/oracles/job_life.hpp"

#include <algorithm>

#include "harness/oracles/prompt_facts.hpp"
#include "world/random.hpp"

namespace harness {

using reports::Operation;
using reports::Outcome;
using world::Instant;

namespace {

std::string seen_text(const Sighting& sighting) {
  return std::string(name_of(sighting.status)) + " (seen at " + text_of(sighting.at) + ")";
}

}  // namespace

void JobLife::on_ended(const Operation& op, const Reply& reply) {
  const JobSeen& job = reply.job;
  if (!job.acknowledged) return;
  check();
  judge_states(op, job);
  judge_cancel(op, job);
  judge_end(op, job);
  ended_.forget(op.last_event);
  if (!is_final(job.last())) return;
  End& end = ended_.touch(turn_of(op), op.last_event);
  end.status = job.last();
  end.at = job.sightings.back().at;
  end.has_text = op.outcome == Outcome::ok;
  end.text = world::entity_of(reply.text);
}

void JobLife::judge_states(const Operation& op, const JobSeen& job) {
  for (std::size_t i = 1; i < job.sightings.size(); ++i) {
    const Sighting& before = job.sightings[i - 1];
    const Sighting& now = job.sightings[i];
    if (is_final(before.status)) {
      violate(now.at, reports::turn_text(op),
              "the response was " + seen_text(before) + ", which is final, and then " +
                  seen_text(now));
    } else if (now.status < before.status && !absences_.any_between(before.at, now.at)) {
      violate(now.at, reports::turn_text(op),
              "the response went back from " + seen_text(before) + " to " + seen_text(now) +
                  ", and the agent had been there all the time");
    }
  }
}

void JobLife::judge_cancel(const Operation& op, const JobSeen& job) {
  const auto say = [&](std::string what) {
    violate(op.last_event, reports::turn_text(op), std::move(what));
  };
  if (job.cancel_status != 0 && job.cancel_status != 200) {
    say("the cancel was answered with status " + std::to_string(job.cancel_status) +
        " instead of 200");
  }
  if (job.cancel_again_status != 0 && job.cancel_again_status != 200) {
    say("the cancel was answered with 200, and with status " +
        std::to_string(job.cancel_again_status) + " when it came again");
  }
  if (!job.cancel_difference.empty()) {
    say("the cancel that came again had another answer: " + job.cancel_difference);
  }
}

void JobLife::judge_end(const Operation& op, const JobSeen& job) {
  const std::string who = reports::turn_text(op);
  const std::string since = "was acknowledged at " + text_of(job.acknowledged_at);
  if (job.lost_status != 0) {
    violate(op.last_event, who,
            "the response " + since + " and is lost: asked for again, the answer was status " +
                std::to_string(job.lost_status));
    return;
  }
  if (is_final(job.last())) return;
  std::string what = "the response " + since + " and was still " +
                     std::string(name_of(job.last())) + " when its user's patience had ended";
  if (op.outcome == Outcome::timeout) violate(op.last_event, who, std::move(what));
  if (op.outcome == Outcome::in_flight) {
    unfinished_.push_back({op.last_event, who,
                           "the response " + since + " and was still " +
                               std::string(name_of(job.last())) + " when the run ended"});
  }
}

// A look at a job some time after its end.
void JobLife::on_sequel(const Operation& op, const Sequel& sequel) {
  if (sequel.kind != Sequel::Kind::look || sequel.http_status == 0) return;
  const End* end = ended_.find(turn_of(op));
  if (end == nullptr) return;
  check();
  const std::string was = "the response was " + seen_text({end->at, end->status});
  const std::string who = reports::turn_text(op);
  if (sequel.http_status == 404 || sequel.http_status == 410) {
    violate(sequel.at, who, was + " and was lost by " + text_of(sequel.at));
  } else if (sequel.http_status == 200 && sequel.status != end->status) {
    violate(sequel.at, who, was + ", which is final, and then " +
                                seen_text({sequel.at, sequel.status}));
  } else if (sequel.http_status == 200 && end->has_text &&
             world::entity_of(sequel.text) != end->text) {
    violate(sequel.at, who, was + " and had another text at " + text_of(sequel.at));
  }
}

void JobLife::finish(bool complete) {
  // An interrupted run cuts turns off itself.
  if (!complete) return;
  for (Unfinished& job : unfinished_) {
    violate(job.at, std::move(job.who), std::move(job.what));
  }
}

}  // namespace harness
