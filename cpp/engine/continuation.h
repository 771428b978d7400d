// A stream that was cut after its first content and goes on elsewhere, where the plan allows it:
// the text so far becomes the beginning of the answer that the next deployment is asked to
// continue. Text only, one choice only, and only by models known to take such a beginning. Loop
// only.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "chat/request.h"
#include "chat/turn.h"

namespace llmgate::engine {

// Whether what has been handed over can be continued: some text, and nothing but text.
bool can_continue(const chat::Turn& partial, const chat::ChatRequest& request);

// The request with the text so far as its last message.
Result<chat::ChatRequest> request_to_continue(const chat::ChatRequest& request,
                                              const chat::Turn& partial);

// Puts what came before in front of what came after.
void join_turns(chat::Turn before, chat::Turn& after);

}  // namespace llmgate::engine
