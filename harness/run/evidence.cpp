#include "harness/run/evidence.hpp"

#include <algorithm>

#include "reports/events_jsonl.hpp"
#include "reports/history_jsonl.hpp"

namespace harness {

using reports::Operation;
using reports::Outcome;

Evidence::Evidence(const Prepared& prepared, const RunHooks& hooks, std::string sut, Order order,
                   reports::Recorder* recorder)
    : prepared_(prepared),
      hooks_(hooks),
      sut_(std::move(sut)),
      order_(order),
      oracles_(make_oracles(prepared.invariants, {&prepared.scenario, sut_, 0})),
      added_(recorder),
      tally_(prepared.layout.good_within),
      lanes_(reports::Lanes(prepared.layout.duration, prepared.layout.segment),
             sut_ != "external") {}

void Evidence::on_sent(const Operation& op) {
  open_peak_ = std::max(open_peak_, ++open_);
  if (order_ == Order::as_it_comes) return hear_sent(op);
  chronicle_.tell_sent(op);
}

void Evidence::on_ended(const Operation& op, const Reply& reply) {
  ++ended_;
  last_end_ = op.last_event;
  if (op.outcome != Outcome::dropped && open_ > 0) --open_;
  if (op.outcome != Outcome::ok && op.outcome != Outcome::cancelled) ++failed_;
  if (hooks_.history) {
    line_.clear();
    reports::append_history_line(line_, op, prepared_.layout);
    hooks_.history(line_);
  }
  if (order_ == Order::as_it_comes) return hear_ended(op, reply);
  chronicle_.tell_ended(op, oracles_.empty() ? Reply() : reply);
}

void Evidence::on_sequel(const Operation& op, const Sequel& sequel) {
  if (order_ == Order::as_it_comes) return hear_sequel(op, sequel);
  if (!oracles_.empty()) chronicle_.tell_sequel(op, sequel);
}

// Told right behind the end of the last request.
void Evidence::on_conversation_over(std::uint32_t user, std::uint32_t session) {
  if (order_ == Order::as_it_comes) return hear_over(user, session);
  chronicle_.tell_over(last_end_, user, session);
}

void Evidence::on_prompt(const fakes::PromptRecord& prompt) {
  if (order_ == Order::as_it_comes) return hear_prompt(prompt);
  chronicle_.tell_prompt(prompt);
}

void Evidence::on_prompt(fakes::PromptRecord&& prompt) {
  if (order_ == Order::as_it_comes) return hear_prompt(prompt);
  chronicle_.tell_prompt(std::move(prompt));
}

void Evidence::on_agent(const agent::LedgerEntry& entry) {
  if (order_ == Order::as_it_comes) return hear_agent(entry);
  chronicle_.tell_agent(entry);
}

void Evidence::on_life(const AgentLife& life) {
  log({life.at, "agent_" + std::string(name_of(life.event)), "agent", life.fault});
  if (order_ == Order::as_it_comes) return hear_life(life);
  chronicle_.tell_life(life);
}

void Evidence::hear_life(const AgentLife& life) {
  lanes_.life(life);
  for (const auto& oracle : oracles_) oracle->on_life(life);
}

void Evidence::hear_sent(const Operation& op) {
  added_.sent(op);
  lanes_.sent(op);
  for (const auto& oracle : oracles_) oracle->on_sent(op);
}

void Evidence::hear_ended(const Operation& op, const Reply& reply) {
  added_.ended(op);
  tally_.ended(op);
  lanes_.ended(op);
  for (const auto& oracle : oracles_) oracle->on_ended(op, reply);
}

void Evidence::hear_sequel(const Operation& op, const Sequel& sequel) {
  for (const auto& oracle : oracles_) oracle->on_sequel(op, sequel);
}

void Evidence::hear_agent(const agent::LedgerEntry& entry) {
  tally_.agent(entry);
  lanes_.agent(entry);
  for (const auto& oracle : oracles_) oracle->on_agent(entry);
}

void Evidence::hear_over(std::uint32_t user, std::uint32_t session) {
  for (const auto& oracle : oracles_) oracle->on_conversation_over(user, session);
}

void Evidence::log(const reports::Event& event) {
  lanes_.event(event);
  if (!hooks_.events) return;
  line_.clear();
  reports::append_event_line(line_, event);
  hooks_.events(line_);
}

void Evidence::log_fault(const fakes::PromptRecord& prompt) {
  const fakes::Fault& fault = prepared_.scenario.faults[*prompt.fault];
  reports::Event event;
  // A request that was under way when the window opened was struck then, not when it came.
  event.at = std::max(prompt.at, fault.from);
  event.kind = "fault_fired";
  event.on = "backends." + prompt.backend;
  event.detail = fault.id + " (" + std::string(fakes::kind_of(fault.action).name) + ")";
  if (prompt.asked) {
    event.detail += " struck attempt " + std::to_string(prompt.attempt) + " of turn " +
                    world::to_text(*prompt.asked);
  }
  log(event);
}

void Evidence::hear_prompt(const fakes::PromptRecord& prompt) {
  if (prompt.fault) log_fault(prompt);
  lanes_.prompt(prompt);
  if (!prompt.asked) return;  // not a turn of this run
  added_.prompt(prompt);
  tally_.prompt(prompt);
  markers_.clear();
  for (const fakes::Marker& marker : prompt.markers) {
    markers_.push_back({marker.turn, marker.is_reply, marker.role == fakes::Role::tool});
  }
  PromptRead read;
  read.at = prompt.at;
  read.backend = prompt.backend;
  read.asked = *prompt.asked;
  read.markers = markers_;
  read.record = &prompt;
  if (prompt.fault) read.fault = prepared_.scenario.faults[*prompt.fault].id;
  for (const auto& oracle : oracles_) oracle->on_prompt(read);
}

std::vector<reports::InvariantResult> Evidence::finish(bool complete) {
  for (std::size_t teller = 0; teller < kTellers; ++teller) {
    chronicle_.spoken(static_cast<Teller>(teller), world::kNever);
  }
  hear(SIZE_MAX);
  added_.finish();
  std::vector<reports::InvariantResult> results;
  for (const auto& oracle : oracles_) {
    oracle->finish(complete);
    results.push_back(oracle->result());
    for (const reports::Violation& violation : results.back().violations) {
      log({violation.at, "violation", violation.who,
           results.back().name + ": " + violation.what});
    }
  }
  return results;
}

}  // namespace harness
