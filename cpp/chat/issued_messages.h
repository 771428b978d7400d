// The messages of late whose replay mattered, by the fingerprint of what they show: so that a
// message that comes back without its replay (a client that keeps only what it knows) can be named.
// Bounded; holds no text. Owned by the loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

#include "chat/turn.h"

namespace llmgate::chat {

class IssuedMessages {
 public:
  static constexpr std::size_t kMost = 4096;

  // Remembers the choices of `turn` that have a replay, and forgets what is shown by those that
  // need none.
  void add(const Turn& turn);
  // Who said the message that shows this, or null.
  [[nodiscard]] const std::string* find(std::uint64_t shown) const;
  [[nodiscard]] bool is_empty() const { return providers_.empty(); }

 private:
  void forget(const Choice& choice);

  std::unordered_map<std::uint64_t, std::string> providers_;
  std::deque<std::uint64_t> order_;
};

}  // namespace llmgate::chat
