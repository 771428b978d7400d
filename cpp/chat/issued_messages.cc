#include "chat/issued_messages.h"

#include "chat/replay.h"

namespace llmgate::chat {

void IssuedMessages::add(const Turn& turn) {
  for (const Choice& choice : turn.choices) {
    if (!choice.replay.is_needed) {
      forget(choice);
      continue;
    }
    const bool is_new = providers_.insert_or_assign(choice.replay.shown, turn.provider).second;
    if (!is_new) {
      continue;
    }
    order_.push_back(choice.replay.shown);
    if (order_.size() > kMost) {
      providers_.erase(order_.front());
      order_.pop_front();
    }
  }
}

// The same words may have been said by someone who had nothing to add.
void IssuedMessages::forget(const Choice& choice) {
  if (!providers_.empty()) {
    providers_.erase(fingerprint_of(choice));
  }
}

const std::string* IssuedMessages::find(std::uint64_t shown) const {
  const auto found = providers_.find(shown);
  return found == providers_.end() ? nullptr : &found->second;
}

}  // namespace llmgate::chat
