// What of a candidate can only be said once the answer has ended: lists that streams bring in
// pieces, annotations, images, the replay. Parse step of a request's path; belongs to one choice.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chat/turn.h"
#include "json/document.h"
#include "wire/gemini/arguments.h"

namespace llmgate::wire {

struct GeminiGathering {
  // A member of a candidate beside its content: goes to `members`, but for those of a stream that
  // are put together in the end.
  void add(std::string_view name, json::Value value, bool is_stream, chat::RawMembers& members);

  std::string_view raw_parts;                // of a whole answer, for its replay
  std::optional<GeminiArguments> arguments;  // of the last block, a call that goes on
  bool has_role = false;                     // a chunk has named it
  bool may_continue = false;  // the last block is text that the next chunk may go on with

  chat::RawMembers grounding;          // the members of groundingMetadata
  std::vector<std::string> citations;  // the entries of citationMetadata's list
  std::string citations_name;
  std::vector<std::string> chosen;  // the entries of logprobsResult's lists
  std::vector<std::string> tops;
};

void settle_gemini_choice(const GeminiGathering& gathered, chat::Choice& choice);

}  // namespace llmgate::wire
