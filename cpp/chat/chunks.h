// A finished Turn as a stream of OpenAI-shaped chunks: for answers that did not come as a stream
// although one was asked for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "chat/turn.h"

namespace llmgate::chat {

// A delta's member that holds a content list as the provider sent it, beside the texts that
// OpenAI's shape has for it. Whoever reads our chunks back takes the list instead of the texts.
inline constexpr std::string_view kPartsMember = "llmgate_content";

// Each choice's message (its text in pieces of a word), its finish, and the usage in a chunk of its
// own. Read back by the stream parser they give the same turn.
std::vector<std::string> render_chunks(const Turn& turn);

}  // namespace llmgate::chat
