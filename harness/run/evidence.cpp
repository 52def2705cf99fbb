#include "harness/run/evidence.hpp"

#include <algorithm>

#include "reports/events_jsonl.hpp"
#include "reports/history_jsonl.hpp"

namespace harness {

using reports::Operation;
using reports::Outcome;

namespace {
// Of an answer that is kept for the replay. Whoever judges texts hears them at once, in full.
constexpr std::size_t kReplayTextMax = 256;
}

Evidence::Evidence(const Prepared& prepared, const RunHooks& hooks, std::string sut, Order order)
    : prepared_(prepared),
      hooks_(hooks),
      sut_(std::move(sut)),
      order_(order),
      oracles_(make_oracles(prepared.invariants, {&prepared.scenario, sut_, 0})) {
  for (const auto& owned : oracles_) {
    Oracle* oracle = owned.get();
    const bool at_once = order == Order::as_it_comes || oracle->reads_replies();
    (at_once ? at_once_ : replayed_).push_back(oracle);
  }
}

void Evidence::on_sent(const Operation& op) {
  show_sent(at_once_, op);
  if (!replayed_.empty()) sent_.push_back(op);
}

void Evidence::on_ended(const Operation& op, const Reply& reply) {
  ++ended_;
  if (op.outcome != Outcome::ok && op.outcome != Outcome::cancelled) ++failed_;
  if (hooks_.history) {
    line_.clear();
    reports::append_history_line(line_, op, prepared_.layout);
    hooks_.history(line_);
  }
  show_ended(at_once_, op, reply);
  last_end_ = op.last_event;
  if (replayed_.empty()) return;
  Reply kept;
  kept.text = reply.text.substr(0, kReplayTextMax);
  kept.terminals = reply.terminals;
  kept.after_terminal = reply.after_terminal;
  kept.finished = reply.finished;
  kept.cut_off = reply.cut_off;
  kept.repeated = reply.repeated;
  kept.degraded = reply.degraded;
  kept.retry_after = reply.retry_after;
  kept.says_when = reply.says_when;
  ended_list_.push_back({op, std::move(kept)});
}

void Evidence::on_conversation_over(std::uint32_t user, std::uint32_t session) {
  for (Oracle* oracle : at_once_) oracle->on_conversation_over(user, session);
  if (!replayed_.empty()) over_.push_back({last_end_, user, session});
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

void Evidence::show_sent(const Oracles& to, const Operation& op) {
  for (Oracle* oracle : to) oracle->on_sent(op);
}

void Evidence::show_ended(const Oracles& to, const Operation& op, const Reply& reply) {
  for (Oracle* oracle : to) oracle->on_ended(op, reply);
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
  items.reserve(sent_.size() + ended_list_.size() + prompts_.size() + ledger_.size() +
                over_.size());
  for (std::size_t i = 0; i < ended_list_.size(); ++i) {
    items.push_back({ended_list_[i].op.last_event, 1, i});
  }
  for (std::size_t i = 0; i < sent_.size(); ++i) items.push_back({sent_[i].sent, 0, i});
  for (std::size_t i = 0; i < prompts_.size(); ++i) items.push_back({prompts_[i].ended, 2, i});
  for (std::size_t i = 0; i < ledger_.size(); ++i) items.push_back({ledger_[i].at, 3, i});
  for (std::size_t i = 0; i < over_.size(); ++i) items.push_back({over_[i].at, 4, i});
  std::stable_sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
    return a.at != b.at ? a.at < b.at : a.kind < b.kind;
  });
  for (const Item& item : items) {
    switch (item.kind) {
      case 0: show_sent(replayed_, sent_[item.index]); break;
      case 1: {
        const Ended& ended = ended_list_[item.index];
        show_ended(replayed_, ended.op, ended.reply);
        break;
      }
      case 2: show_prompt(prompts_[item.index]); break;
      case 3: show_agent(ledger_[item.index]); break;
      default:
        for (Oracle* oracle : replayed_) {
          oracle->on_conversation_over(over_[item.index].user, over_[item.index].session);
        }
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
