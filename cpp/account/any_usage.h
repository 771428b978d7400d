// A usage object that somebody hands over, in whichever provider's words it is. For costs that are
// asked for after a call; the call itself reads its own format's. Pure functions.
#pragma once

#include "base/result.h"
#include "chat/turn.h"
#include "json/document.h"

namespace llmgate::account {

// OpenAI's chat or Responses API, Anthropic's, Gemini's. Refuses what has none of their counts,
// and a count that can be none.
Result<chat::Usage> read_any_usage(json::Value usage);

}  // namespace llmgate::account
