// Idempotency-Key (IETF draft-ietf-httpapi-idempotency-key-header-07): a POST that is sent again
// under the same key is answered with what the first one did. The store keeps the keys (JobStore::
// create, so only of requests whose execution began); here is what is read off a request, and what
// the store's answer means. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/jobs/job_store.hpp"

namespace agent {

inline constexpr std::size_t kIdempotencyKeyMax = 255;  // bytes

// The key that a header's value gives: plain, or a string in double quotes. Nothing: it is empty,
// too long, or has bytes that are not visible ASCII.
std::optional<std::string> read_idempotency_key(std::string_view header);

// 64 hex digits that are equal for equal requests: SHA-256 over method, path and body. Of JSON
// neither the order of members, white space nor the way of escaping counts. A path has its query.
std::string fingerprint_of(std::string_view method, std::string_view path, std::string_view body);

// JSON in one form: members in byte order (of equal names the last), no white space. What is not
// valid JSON, or too deep, stays as it is.
std::string canonical_json(std::string_view text);

// What a request gets that came under a key.
enum class Replay : std::uint8_t {
  none,       // it is new: execute it
  again,      // the answer of the first one, with `Idempotent-Replayed: true`
  in_flight,  // 409: the first one still runs
  conflict,   // 422: the key stands for another request
};
Replay replay_of(const Created& created);

}  // namespace agent
