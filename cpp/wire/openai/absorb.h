// OpenAI chat messages and stream deltas into a Turn. A plain message is one delta that says
// everything, so a turn read from a stream and the same turn read plain come out equal by
// construction.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "chat/turn.h"
#include "json/document.h"
#include "wire/dialect.h"

namespace llmgate::wire {

struct Absorbed {
  bool progressed = false;   // text, reasoning, refusal, tool call or finish
  bool has_content = false;  // as above without the finish
  bool is_error = false;     // the body says that it is one, under whatever status
  bool has_choices = false;  // the list is there, be it empty
  bool has_usage = false;
  bool needs_rewrite = false;  // the provider's chunk is not OpenAI-shaped as it stands
  std::vector<std::int64_t> repeated_finishes;  // choices that had finished before
  std::vector<std::int64_t> call_positions;     // of all tool calls, in their order
  std::string problem;  // "$.choices[0].delta.content is a number": not what the format promises
};

// A whole `chat.completion` body or one `chat.completion.chunk`.
Absorbed absorb_completion(json::Value root, bool is_stream, const Dialect& dialect,
                           chat::Turn& turn);

// A whole message alone.
void absorb_openai_message(json::Value message, chat::Choice& choice);

// The normalised finish for a word on the wire.
chat::FinishReason finish_reason_of(std::string_view word);

}  // namespace llmgate::wire
