// `backends.NAME.replay`: the recording stands beside the file that names it, and is read once and
// checked whole before anything runs.
#include <filesystem>

#include "fakes/recording.hpp"
#include "harness/scenario/sections.hpp"

namespace harness {

void read_replay(Loading& loading, const YamlEntry& written, fakes::Backend& backend) {
  const YamlNode* only = written.value.find("replay_only");
  if (backend.replay_only && backend.replay.empty()) {
    refuse_value(loading.errors, *only, Slot{"backends." + written.key + ".replay_only"},
                 "needs `replay`: the recording in which the requests are looked for");
  }
  if (backend.replay.empty()) return;
  const auto beside = std::filesystem::path(loading.scenario.file).parent_path();
  const std::string path = (beside / backend.replay).string();
  try {
    const std::string text = read_bounded(path, fakes::kRecordingBytesMax, "a recording");
    auto recording = std::make_shared<fakes::Recording>(fakes::read_recording(text));
    for (const fakes::RecordingProblem& problem : recording->problems) {
      loading.errors.add({path, problem.line, 1}, problem.sentence);
    }
    backend.recording = std::move(recording);
  } catch (const ScenarioErrors& wrong) {
    for (const ScenarioError& error : wrong.errors()) {
      loading.errors.add(error.place, error.sentence);
    }
  }
}

}  // namespace harness
