// Fingerprint: a stable 64-bit hash (FNV-1a) of fields, each told apart from the next, so that two
// records can be compared by 16 hex digits. Not for secrets. A plain value; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace reports {

class Fingerprint {
 public:
  void add(std::string_view text) {
    add(static_cast<std::uint64_t>(text.size()));
    for (const char c : text) byte(static_cast<unsigned char>(c));
  }
  void add(std::uint64_t number) {
    for (int i = 0; i < 8; ++i) byte(static_cast<unsigned char>(number >> 8 * i));
  }
  std::uint64_t value() const { return hash_; }

 private:
  void byte(unsigned char b) { hash_ = (hash_ ^ b) * 1099511628211ULL; }

  std::uint64_t hash_ = 14695981039346656037ULL;
};

// Of a configuration as this version's results mean it: another result schema gives another value.
std::uint64_t fingerprint_of(const std::map<std::string, std::string>& configuration);

}  // namespace reports
