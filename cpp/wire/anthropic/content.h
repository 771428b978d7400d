// The blocks of an Anthropic message as blocks of a Turn, and back as the issuer said them. Plain
// replies and streams end in the same blocks. Parse step of a request's path. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "chat/turn.h"
#include "json/document.h"

namespace llmgate::wire {

// The tool that stands for structured output where a model has none: its input is the answer.
inline constexpr std::string_view kStructuredTool = "llmgate_structured_output";

// Far above every answer seen; look-ups are linear.
inline constexpr std::size_t kMostAnthropicEntries = 1024;

// Adds the block that `object` is. An open one belongs to a stream: what is kept whole keeps its
// members one by one, so that they can grow, and a tool call's input is left to its pieces.
chat::Block& add_anthropic_block(json::Value object, bool is_open, chat::Choice& choice);

// A `content` list, or the text that stands for one. Says what is wrong with it; nothing if it is
// sound. Blocks that follow a wrong one are left out.
std::string absorb_anthropic_content(json::Value content, chat::Choice& choice);

// Once, when all blocks are there: ids that are missing, annotations, what goes back to the issuer.
// `sent` is the content as it came, if it came in one piece.
void seal_anthropic_choice(const chat::Turn& turn, std::string_view sent, chat::Choice& choice);

// Whether it is the structured output in the input of our own tool.
bool is_structured_output(const chat::Block& block);

// Anthropic's word for why it stopped.
chat::FinishReason anthropic_finish(std::string_view word);

// Counts of tokens as OpenAI adds them up: cached input is part of the prompt.
chat::Usage read_anthropic_usage(json::Value native);

}  // namespace llmgate::wire
