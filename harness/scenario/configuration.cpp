#include "harness/scenario/configuration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "fakes/recording.hpp"
#include "reports/fingerprint.hpp"
#include "reports/text.hpp"

namespace harness {

namespace {

using reports::Fingerprint;

constexpr std::array<std::string_view, 3> kLeftOut = {"about", "tags", "seed"};

std::string bounded(const std::string& text) {
  if (text.size() <= kConfigurationValueMax) return reports::valid_utf8(text);
  Fingerprint hash;
  hash.add(text);
  return reports::valid_utf8(text.substr(0, kConfigurationValueMax)) +
         fmt::format("... ({} bytes, {:016x})", text.size(), hash.value());
}

void flatten(const YamlNode& node, const std::string& path, Configuration& into) {
  const auto below = [&path](const std::string& key) {
    return path + "." + reports::valid_utf8(key);
  };
  switch (node.kind) {
    case YamlNode::Kind::null: into[path] = ""; break;
    case YamlNode::Kind::scalar: into[path] = bounded(node.text); break;
    case YamlNode::Kind::list:
      if (node.items.empty()) into[path] = "[]";
      for (std::size_t i = 0; i < node.items.size(); ++i) {
        const YamlNode* id = node.items[i].find("id");
        const bool is_named = id != nullptr && id->is_scalar();
        flatten(node.items[i], below(is_named ? id->text : std::to_string(i)), into);
      }
      break;
    case YamlNode::Kind::map:
      if (node.entries.empty()) into[path] = "{}";
      for (const YamlEntry& entry : node.entries) flatten(entry.value, below(entry.key), into);
      break;
  }
}

std::string content_of(const std::vector<TraceRow>& rows) {
  Fingerprint hash;
  for (const TraceRow& row : rows) {
    hash.add(static_cast<std::uint64_t>(row.at.count()));
    hash.add(row.prompt_tokens);
    hash.add(row.output_tokens);
  }
  return fmt::format("{} rows, {:016x}", rows.size(), hash.value());
}

std::string content_of(const fakes::Recording& recording) {
  Fingerprint hash;
  for (const fakes::RecordedExchange& exchange : recording.exchanges) {
    hash.add(exchange.path);
    hash.add(exchange.fingerprint);
    hash.add(static_cast<std::uint64_t>(exchange.status));
    hash.add(static_cast<std::uint64_t>(exchange.ended_at.count()));
    for (const fakes::RecordedChunk& chunk : exchange.chunks) {
      hash.add(static_cast<std::uint64_t>(chunk.at.count()));
      hash.add(chunk.bytes);
    }
  }
  return fmt::format("{} exchanges, {:016x}", recording.exchanges.size(), hash.value());
}

}  // namespace

Configuration configuration_of(const YamlNode& root, const Scenario& scenario) {
  Configuration configuration;
  for (const YamlEntry& entry : root.entries) {
    if (std::find(kLeftOut.begin(), kLeftOut.end(), entry.key) != kLeftOut.end()) continue;
    flatten(entry.value, reports::valid_utf8(entry.key), configuration);
  }
  for (const auto& [file, rows] : scenario.traces) {
    configuration["content of " + file] = content_of(rows);
  }
  for (const auto& [name, backend] : scenario.backends) {
    if (backend.recording) {
      configuration["content of " + backend.replay] = content_of(*backend.recording);
    }
  }
  return configuration;
}

}  // namespace harness
