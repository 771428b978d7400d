// The checks of a conversation: shapes of messages, content parts, tool calls, and that each tool
// result answers a call made before it.
#pragma once

#include "base/result.h"
#include "json/document.h"

namespace llmgate::chat {

Failure check_messages(json::Value messages);

}  // namespace llmgate::chat
