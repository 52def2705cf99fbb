#include "fakes/words.hpp"

#include "world/json_text.hpp"

namespace fakes {

void Words::grow(std::int64_t n) {
  for (auto next = static_cast<std::int64_t>(ends_.size()); next <= n; ++next) {
    text_ += " t";
    world::append_integer(text_, next);
    ends_.push_back(text_.size());
  }
}

std::string_view Words::token(std::int64_t n) {
  grow(n);
  const auto i = static_cast<std::size_t>(n);
  return std::string_view(text_).substr(ends_[i - 1], ends_[i] - ends_[i - 1]);
}

std::string_view Words::up_to(std::int64_t n) {
  if (n < 2) return {};
  grow(n);
  return std::string_view(text_).substr(0, ends_[static_cast<std::size_t>(n)]);
}

}  // namespace fakes
