// `shakedown fake --record`: the recording proxy, with a real file behind it. Errors are exceptions
// that say what is wrong with which option.
#pragma once

#include <string>

#include "fakes/recorder.hpp"

namespace harness {

struct RecordOptions {
  std::string file;      // is appended to; what is there must be a recording
  std::string upstream;  // http://host:port/path or https://...
  std::string listen;
};

// Serves until interrupted. Returns the exit code.
int record_upstream(const RecordOptions& options);

// "https://openrouter.ai/api" is port 443 and the prefix "/api".
fakes::Upstream parse_upstream(std::string_view url);

}  // namespace harness
