#include "fakes/schedule/fault.hpp"

namespace fakes {

std::string targets_text(const Fault& fault) {
  if (fault.on.empty()) return "backends";
  std::string text;
  for (const std::string& name : fault.on)
    text += (text.empty() ? "" : ", ") + ("backends." + name);
  return text;
}

}  // namespace fakes
