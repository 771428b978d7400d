// One assistant's message as Anthropic's content: what it shows as text and tool_use blocks, or
// what its issuer said. Render step of a request's path.
#pragma once

#include <string>

#include "json/document.h"
#include "json/writer.h"
#include "wire/anthropic/rendering.h"
#include "wire/conversation.h"

namespace llmgate::wire {

// Whether nothing would be sent for it.
bool is_empty_assistant(const Message& message, const AnthropicRendering& rendering);

// The value of "content". The last message of all is the beginning of the answer.
void write_anthropic_assistant(const Message& message, bool is_last, AnthropicRendering& rendering,
                               json::Writer& out);

// Whether its content starts so, as a tool loop must where the model thinks by a budget.
bool begins_with_thinking(const Message& message);

// The id under which the deprecated function call of a message is sent.
std::string function_call_id(const Message& message);

}  // namespace llmgate::wire
