#include "agent/jobs/job_store.hpp"

#include <stdexcept>

namespace agent {

std::string_view name_of(StoreFailure f) {
  switch (f) {
    case StoreFailure::full: return "full";
    case StoreFailure::busy: return "busy";
    case StoreFailure::broken: return "broken";
  }
  return "unknown";
}

// Found by boost::system::result when value() is asked of a failure: a bug in the caller.
void throw_exception_from_error(StoreFailure f, const boost::source_location&) {
  throw std::logic_error("value() of a failed operation of the store: " + std::string(name_of(f)));
}

}  // namespace agent
