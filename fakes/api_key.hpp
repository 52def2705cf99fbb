// The API key of a request, where each provider has it. Only for telling accounts apart: it goes
// through a keyed hash and into no log. Pure; any thread.
#pragma once

#include <string_view>

#include "world/http.hpp"

namespace fakes {

// Empty: there is none. The view stands in the headers.
std::string_view api_key_in(const world::HttpHeaders& headers);

}  // namespace fakes
