#include "harness/commands/list.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "agent/profile.hpp"
#include "fakes/dialect.hpp"
#include "fakes/faults/catalogue.hpp"
#include "harness/commands/command.hpp"
#include "harness/oracles/oracle.hpp"
#include "harness/scenario/target.hpp"
#include "harness/scenario/agent_fault.hpp"
#include "harness/scenario/errors.hpp"
#include "harness/scenario/loader.hpp"
#include "harness/scenario/units.hpp"
#include "harness/verdict/slo.hpp"
#include "harness/verdict/verdict.hpp"
#include "reports/text.hpp"

namespace harness {

namespace {

using Row = nlohmann::ordered_json;  // "name" and "doc", and what else the table has
using Rows = std::vector<Row>;

Rows scenarios() {
  Rows rows;
  const std::string folder = scenarios_directory();
  if (folder.empty()) return rows;
  for (const std::string& file : scenario_files({folder})) {
    const Scenario scenario = load_scenario(file);
    rows.push_back({{"name", scenario.name}, {"doc", scenario.about}, {"file", file}});
  }
  return rows;
}

Rows faults() {
  Rows rows;
  for (const fakes::CatalogueRow& row : fakes::catalogue()) {
    rows.push_back({{"name", row.name},
                    {"doc", row.doc},
                    {"layer", row.name.substr(0, row.name.find('.'))},
                    {"example", row.example},
                    {"known", row.known}});
  }
  for (const AgentFaultKind& kind : kAgentFaultKinds) {
    rows.push_back({{"name", "agent." + std::string(kind.name)},
                    {"doc", kind.doc},
                    {"layer", "agent"},
                    {"example", kind.example},
                    {"known", ""}});
  }
  return rows;
}

Rows invariants() {
  Rows rows;
  for (const OracleKind& kind : oracle_kinds()) {
    Row row = {{"name", kind.name}, {"doc", kind.doc}};
    row["needs"] = kind.needs == Needs::clients ? "clients"
                   : kind.needs == Needs::fakes ? "fakes"
                                                : "agent";
    if (kind.parameter != OracleParameter::none) {
      row["parameter"] = kind.parameter_doc;
      row["default"] = kind.parameter == OracleParameter::duration
                           ? Row(format_duration(world::Nanos(
                                 static_cast<std::int64_t>(kind.parameter_default))))
                           : Row(kind.parameter_default);
      row["example"] = "invariants: [" + std::string(kind.name) + ": " +
                       (kind.parameter == OracleParameter::duration
                            ? row["default"].get<std::string>()
                            : reports::human_number(kind.parameter_default)) +
                       "]";
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

bool is_of_targets(std::string_view dialect) {
  for (const auto& choice : choices(TargetDialect{})) {
    if (choice.name == dialect) return true;
  }
  return false;
}

Rows dialects() {
  Rows rows;
  for (const fakes::Dialect* dialect : fakes::kDialects) {
    rows.push_back({{"name", dialect->name()},
                    {"doc", dialect->doc()},
                    {"path", dialect->chat_path()},
                    {"base_url_variable", dialect->base_url_variable()},
                    {"of_targets", is_of_targets(dialect->name())}});
  }
  for (Row& row : rows) {
    if (row["of_targets"].get<bool>()) {
      row["doc"] = row["doc"].get<std::string>() + " For targets too.";
    }
  }
  rows.push_back({{"name", name_of(TargetDialect::json)},
                  {"doc", "JSON of a target's own, as its target.mapping says; for targets only."},
                  {"path", path_of(TargetDialect::json)},
                  {"base_url_variable", ""},
                  {"of_targets", true}});
  return rows;
}

Rows metric_rows() {
  Rows rows;
  for (const Metric& metric : metrics()) {
    rows.push_back({{"name", metric.name},
                    {"doc", metric.doc},
                    {"unit", metric.unit},
                    {"formula", metric.formula}});
  }
  return rows;
}

Rows profiles() {
  Rows rows;
  for (const agent::Profile& profile : agent::kProfiles) {
    rows.push_back({{"name", profile.name}, {"doc", profile.doc}});
  }
  return rows;
}

struct Kind {
  const char* name;
  Rows (*rows)();
};
constexpr Kind kKinds[] = {{"scenarios", scenarios}, {"faults", faults},
                           {"invariants", invariants}, {"dialects", dialects},
                           {"metrics", metric_rows},  {"profiles", profiles}};

constexpr std::size_t kIndent = 24;
constexpr std::size_t kWidth = 80;  // of a terminal

// Appends words to a line that ends at the column, and breaks it behind a hanging indent.
void append_words(std::string& line, std::size_t column, const std::string& words) {
  std::size_t at = 0;
  while (at < words.size()) {
    const std::size_t end = std::min(words.find_first_of(" \n", at), words.size());
    const std::string word = words.substr(at, end - at);
    const bool first = at == 0;
    if (!first && column + 1 + word.size() > kWidth) {
      line += '\n';
      line.append(kIndent, ' ');
      column = kIndent;
    } else if (!first) {
      line += ' ';
      ++column;
    }
    line += word;
    column += word.size();
    at = end + 1;
  }
}

void print_row(const Row& row) {
  std::string line = row["name"].get<std::string>();
  line.resize(std::max(line.size() + 1, kIndent), ' ');
  append_words(line, line.size(), row["doc"].get<std::string>());
  if (row.contains("example")) {
    line += '\n';
    line.append(kIndent, ' ');
    append_words(line, kIndent, row["example"].get<std::string>());
  }
  std::printf("%s\n", line.c_str());
}

// Under a heading for each layer, with what can be done with a row.
void print_faults(const Rows& rows) {
  std::printf(
      "Each with a sentence, and as it stands in a scenario. On a command line the\n"
      "name alone will do, or the kind with its parameters in parentheses:\n"
      "  shakedown fake --fault \"tcp.latency at 30s..90s\"\n"
      "  shakedown fake --fault \"network(latency=2s) at 30s..90s p=50%%\"\n");
  std::string layer;
  for (const Row& row : rows) {
    if (const std::string own = row["layer"].get<std::string>(); own != layer) {
      layer = own;
      for (const fakes::CatalogueLayer& l : fakes::kCatalogueLayers) {
        if (l.name == layer) std::printf("\n%s: %s\n", layer.c_str(), std::string(l.doc).c_str());
      }
      if (layer == "agent") std::printf("\nagent: the agent itself, with `on: agent`\n");
    }
    print_row(row);
  }
}

int list(const std::string& kind, bool as_json) {
  std::vector<std::string> names;
  for (const Kind& k : kKinds) {
    names.emplace_back(k.name);
    if (kind != k.name) continue;
    const Rows rows = k.rows();
    if (as_json) {
      std::printf("%s\n", nlohmann::ordered_json(rows).dump(2).c_str());
    } else if (k.rows == faults) {
      print_faults(rows);
    } else {
      for (const Row& row : rows) print_row(row);
    }
    return exit_code::kPass;
  }
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  std::fprintf(stderr, "shakedown: there is no list of `%s`%s; there is: %s\n", kind.c_str(),
               did_you_mean(kind, names).c_str(), all.c_str());
  return exit_code::kUsage;
}

}  // namespace

std::vector<std::string> list_kinds() {
  std::vector<std::string> names;
  for (const Kind& kind : kKinds) names.emplace_back(kind.name);
  return names;
}

void add_list(CLI::App& command, int& exit_code) {
  auto kind = std::make_shared<std::string>();
  auto as_json = std::make_shared<bool>(false);
  command.add_option("kind", *kind, "scenarios, faults, invariants, dialects, metrics or profiles.")
      ->required()
      ->type_name("KIND");
  command.add_flag("--json", *as_json, "All of each row, as JSON.");
  command.callback([kind, as_json, &exit_code] { exit_code = list(*kind, *as_json); });
}

}  // namespace harness
