// A finished Turn as a stream of OpenAI-shaped chunks: for answers that did not come as a stream
// although one was asked for.
#pragma once

#include <string>
#include <vector>

#include "chat/turn.h"

namespace llmgate::chat {

// Each choice's message (its text in pieces of a word), its finish, and the usage in a chunk of its
// own. Read back by the stream parser they give the same turn.
std::vector<std::string> render_chunks(const Turn& turn);

}  // namespace llmgate::chat
