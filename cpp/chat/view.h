// The OpenAI-shaped answer as a view over a Turn, and the Turn itself as JSON for those who ask
// what the provider really said. Leave step of a request's path.
#pragma once

#include <string>

#include "chat/turn.h"

namespace llmgate::chat {

// A `chat.completion` object.
std::string render_view(const Turn& turn);

// {"provider", "format", "id", "model", "choices": [{"index", "role", "finish_reason",
// "native_finish_reason", "blocks": [{"kind", ...}], "members": {...}}], "usage": {...}, "members":
// {...}}: nothing left out.
std::string render_turn(const Turn& turn);

}  // namespace llmgate::chat
