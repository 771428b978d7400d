// Blocks of an Anthropic stream while they grow: the pieces of each delta into the member they
// belong to, and the block closed once it has stopped. Parse step of a request's path.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "chat/turn.h"
#include "json/document.h"

namespace llmgate::wire {

// A block that has not stopped yet.
struct GrowingBlock {
  std::int64_t index = 0;    // as the events count
  std::size_t position = 0;  // in the choice's blocks
  std::int64_t call = 0;     // tool calls: among the caller's
  std::string input;         // what came of the input, escaped
  std::string first_input;   // what the start said of it, as JSON
};

enum class Grown : std::uint8_t { kOther, kText, kReasoning, kInput };

struct Growth {
  Grown what = Grown::kOther;
  std::string_view piece;  // escaped; of kText, kReasoning and kInput
};

// Takes one delta object. What no rule covers grows by the names of its members.
Growth grow_anthropic_block(json::Value delta, GrowingBlock& growing, chat::Block& block);

// Once, when the block has stopped or the stream has ended. What the input of a tool call gained:
// all of it where it came without pieces.
std::string close_anthropic_block(const GrowingBlock& growing, chat::Block& block);

}  // namespace llmgate::wire
