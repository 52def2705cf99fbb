#include "fakes/recording.hpp"

#include "input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fakes::Recording read = fakes::read_recording(fuzz::text_of(data, size));
  for (const fakes::RecordingProblem& problem : read.problems) {
    ENSURE(problem.line > 0 && !problem.sentence.empty(), "refused without a place or a reason");
  }
  if (!read.problems.empty()) return 0;
  std::string text;
  for (const fakes::RecordedExchange& e : read.exchanges) fakes::write_recorded(text, e);
  const fakes::Recording again = fakes::read_recording(text);
  ENSURE(again.problems.empty(), "what was read and written again is refused");
  ENSURE(again.exchanges.size() == read.exchanges.size(), "an exchange was lost");
  for (std::size_t i = 0; i < read.exchanges.size(); ++i) {
    ENSURE(again.exchanges[i].chunks == read.exchanges[i].chunks, "other bytes or times");
  }
  return 0;
}
