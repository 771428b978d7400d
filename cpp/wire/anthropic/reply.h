// Anthropic's message objects into a Turn: a whole reply, and the parts of one that a stream's
// message_start and message_delta hold. Parse step of a request's path.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "chat/turn.h"
#include "json/document.h"
#include "wire/format.h"

namespace llmgate::wire {

// Counts that come again and again: by name, the last that is not null; nothing is added up.
class GrowingUsage {
 public:
  void take(json::Value usage);
  [[nodiscard]] chat::Usage read() const;

 private:
  chat::RawMembers members_;
};

// One member of a message, or of an event beside its delta.
void absorb_anthropic_member(json::Member member, chat::Turn& turn, GrowingUsage& usage);

// All of a message's members, into the turn and its only choice. Says what is wrong with it.
std::string absorb_anthropic_message(json::Value message, chat::Turn& turn, GrowingUsage& usage);

// A whole reply.
Failure parse_anthropic_reply(std::string_view body, const Issuer& issuer, json::Document& scratch,
                              chat::Turn& turn);

}  // namespace llmgate::wire
