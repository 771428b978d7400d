// An OpenAI-shaped assistant's message as its issuer said it: whether what we show of it says all,
// and the message itself where it does not. Parse step of a request's path. Pure functions.
#pragma once

#include <string>

#include "chat/turn.h"

namespace llmgate::wire {

// The message as the provider sends it when it does not stream, made from the choice.
std::string render_openai_message(const chat::Choice& choice);

// Whether the message as shown (chat/view.h) is the one that was sent, member by member.
bool is_shown_as_sent(const chat::Choice& choice);

// Whether there is something in it that only its issuer understands: reasoning, parts of other
// kinds, ids that others refuse. Other members are shown, and go where the message goes.
bool is_bound_to_issuer(const chat::Choice& choice);

// Fills in the replays of a finished turn that need one. `native` of a choice that has it already
// stays.
void seal_openai_turn(chat::Turn& turn);

}  // namespace llmgate::wire
