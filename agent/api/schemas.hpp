// The JSON Schemas of the request bodies, written from the same rows that check them, for
// `GET /v1/schemas/{chat,responses}`. They say what each member may be; what is within messages and
// items, and what members mean together, the checks alone know. Pure; any thread.
#pragma once

#include <string>

#include "agent/api/request.hpp"

namespace agent {

std::string schema_of(Api api);

}  // namespace agent
