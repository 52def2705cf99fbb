#include "reports/junit_xml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "reports/text.hpp"

namespace reports {

namespace {

struct Case {
  std::string group;  // "slo", "invariant", "validity", "verdict"
  std::string name;
  Verdict verdict = Verdict::pass;
  std::string detail;
  bool skipped = false;
  std::string note = {};  // shown even with a PASS
};

// The overall verdict is a case of its own, so that no run which is not a PASS shows as all green.
std::vector<Case> cases_of(const RunRecord& run) {
  std::vector<Case> cases;
  std::string reasons;
  for (const std::string& reason : run.reasons) reasons += reason + "\n";
  if (!run.stopped_early.empty()) {  // in the message, which is the first line
    reasons.insert(std::min(reasons.find('\n'), reasons.size()), " (stopped early)");
    reasons += run.stopped_early + "\n";
  }
  cases.push_back({"verdict", run.scenario, run.verdict, reasons, false, run.stopped_early});
  for (const SloResult& slo : run.slos) cases.push_back({"slo", slo.expr, slo.verdict, slo.why});
  for (const InvariantResult& invariant : run.invariants) {
    if (!invariant.skipped.empty()) {
      cases.push_back({"invariant", invariant.name, invariant.verdict, invariant.skipped, true});
      continue;
    }
    std::string witnesses = fmt::format("{} violation{} in {} checks\n", invariant.violation_count,
                                        invariant.violation_count == 1 ? "" : "s",
                                        invariant.checked);
    for (const Violation& v : invariant.violations)
      witnesses +=
          fmt::format("at {} s {}: {}\n", seconds(world::since_start(v.at)), v.who, v.what);
    cases.push_back({"invariant", invariant.name, invariant.verdict, witnesses});
  }
  for (const ValidityResult& rule : run.validity)
    cases.push_back({"validity", rule.name, rule.holds ? Verdict::pass : Verdict::invalid,
                     rule.detail});
  return cases;
}

std::string case_xml(const RunRecord& run, const Case& c) {
  std::string xml = fmt::format("    <testcase classname=\"{}.{}\" name=\"{}\" time=\"0\"",
                                xml_text(run.scenario), c.group, xml_text(c.name));
  if (c.skipped) {
    return xml + fmt::format(">\n      <skipped message=\"{}\"/>\n    </testcase>\n",
                             xml_text(c.detail));
  }
  if (c.verdict == Verdict::pass && c.note.empty()) return xml + "/>\n";
  if (c.verdict == Verdict::pass) {
    return xml + fmt::format(">\n      <system-out>{}</system-out>\n    </testcase>\n",
                             xml_text(c.note));
  }
  // FAIL is about the target; INVALID and INCONCLUSIVE are about the run, hence an error.
  const std::string_view element = c.verdict == Verdict::fail ? "failure" : "error";
  const std::string first_line = c.detail.substr(0, c.detail.find('\n'));
  xml += fmt::format(">\n      <{} type=\"{}\" message=\"{}\">{}</{}>\n    </testcase>\n", element,
                     name_of(c.verdict), xml_text(first_line), xml_text(c.detail), element);
  return xml;
}

}  // namespace

void write_junit_xml(const RunRecord& run, const Environment&, const Sink& sink) {
  const std::vector<Case> cases = cases_of(run);
  std::size_t failures = 0, errors = 0, skipped = 0;
  for (const Case& c : cases) {
    if (c.skipped) ++skipped;
    else if (c.verdict == Verdict::fail) ++failures;
    else if (c.verdict != Verdict::pass) ++errors;
  }
  const std::string totals =
      fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{}\"",
                  cases.size(), failures, errors, skipped, seconds(run.duration));
  sink("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
  sink(fmt::format("<testsuites name=\"shakedown\" {}>\n", totals));
  sink(fmt::format("  <testsuite name=\"{}\" {}>\n", xml_text(run.scenario), totals));
  sink("    <properties>\n");
  const auto property = [&](std::string_view name, std::string_view value) {
    sink(fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", name, xml_text(value)));
  };
  property("mode", run.mode);
  property("sut", run.sut);
  property("profile", run.profile);
  property("seed", std::to_string(run.seed));
  property("digest", fmt::format("{:016x}", run.digest));
  property("reproduce", run.reproduce);
  if (!run.stopped_early.empty()) property("stopped_early", run.stopped_early);
  sink("    </properties>\n");
  for (const Case& c : cases) sink(case_xml(run, c));
  sink("  </testsuite>\n</testsuites>\n");
}

}  // namespace reports
