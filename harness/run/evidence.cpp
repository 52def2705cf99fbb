#include "harness/run/evidence.hpp"

#include <algorithm>

#include "reports/events_jsonl.hpp"
#include "reports/history_jsonl.hpp"

namespace harness {

using reports::Operation;
using reports::Outcome;

namespace {
constexpr std::size_t kReplayTextMax = 256;  // of an answer that is kept for the replay
}

Evidence::Evidence(const Prepared& prepared, const RunHooks& hooks, std::string sut, Order order)
    : prepared_(prepared),
      hooks_(hooks),
      sut_(std::move(sut)),
      order_(order),
      oracles_(make_oracles(prepared.invariants, {&prepared.scenario, sut_, 0})) {}

void Evidence::on_sent(const Operation& op) {
  if (oracles_.empty()) return;
  if (order_ == Order::as_it_comes) {
    show_sent(op);
  } else {
    sent_.push_back(op);
  }
}

void Evidence::on_ended(const Operation& op, const Reply& reply) {
  ++ended_;
  if (op.outcome != Outcome::ok && op.outcome != Outcome::cancelled) ++failed_;
  if (hooks_.history) {
    line_.clear();
    reports::append_history_line(line_, op, prepared_.layout);
    hooks_.history(line_);
  }
  if (oracles_.empty()) return;
  if (order_ == Order::as_it_comes) {
    show_ended(op, reply);
  } else {
    Reply kept = reply;
    if (kept.text.size() > kReplayTextMax) kept.text.resize(kReplayTextMax);
    ended_list_.push_back({op, std::move(kept)});
  }
}

void Evidence::on_prompt(const fakes::PromptRecord& prompt) {
  if (order_ == Order::as_it_comes) {
    show_prompt(prompt);
  } else {
    prompts_.push_back(prompt);
  }
}

void Evidence::on_agent(const agent::LedgerEntry& entry) {
  if (oracles_.empty()) return;
  if (order_ == Order::as_it_comes) {
    show_agent(entry);
  } else {
    ledger_.push_back(entry);
  }
}

void Evidence::show_agent(const agent::LedgerEntry& entry) {
  for (const auto& oracle : oracles_) oracle->on_agent(entry);
}

void Evidence::show_sent(const Operation& op) {
  for (const auto& oracle : oracles_) oracle->on_sent(op);
}

void Evidence::show_ended(const Operation& op, const Reply& reply) {
  for (const auto& oracle : oracles_) oracle->on_ended(op, reply);
}

void Evidence::show_prompt(const fakes::PromptRecord& prompt) {
  if (prompt.fault && hooks_.events) {
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
    line_.clear();
    reports::append_event_line(line_, event);
    hooks_.events(line_);
  }
  if (!prompt.asked) return;  // not a turn of this run
  markers_.clear();
  for (const fakes::Marker& marker : prompt.markers) {
    markers_.push_back({marker.turn, marker.is_reply});
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

// Clients and fakes were recorded apart; one order of time makes one story of them.
void Evidence::replay() {
  std::vector<Item> items;
  items.reserve(sent_.size() + ended_list_.size() + prompts_.size() + ledger_.size());
  for (std::size_t i = 0; i < ended_list_.size(); ++i) {
    items.push_back({ended_list_[i].op.last_event, 1, i});
  }
  for (std::size_t i = 0; i < sent_.size(); ++i) items.push_back({sent_[i].sent, 0, i});
  for (std::size_t i = 0; i < prompts_.size(); ++i) items.push_back({prompts_[i].ended, 2, i});
  for (std::size_t i = 0; i < ledger_.size(); ++i) items.push_back({ledger_[i].at, 3, i});
  std::stable_sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
    return a.at != b.at ? a.at < b.at : a.kind < b.kind;
  });
  for (const Item& item : items) {
    switch (item.kind) {
      case 0: show_sent(sent_[item.index]); break;
      case 1: show_ended(ended_list_[item.index].op, ended_list_[item.index].reply); break;
      case 2: show_prompt(prompts_[item.index]); break;
      default: show_agent(ledger_[item.index]); break;
    }
  }
}

std::vector<reports::InvariantResult> Evidence::finish(bool complete) {
  if (order_ == Order::replayed) replay();
  std::vector<reports::InvariantResult> results;
  for (const auto& oracle : oracles_) {
    oracle->finish(complete);
    results.push_back(oracle->result());
    for (const reports::Violation& violation : results.back().violations) {
      if (!hooks_.events) break;
      line_.clear();
      reports::append_event_line(
          line_, {violation.at, "violation", violation.who,
                  results.back().name + ": " + violation.what});
      hooks_.events(line_);
    }
  }
  return results;
}

}  // namespace harness
