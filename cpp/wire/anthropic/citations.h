// Citations that Anthropic puts into its text blocks, as OpenAI's annotations of the text that is
// shown. Parse step of a request's path. Pure function.
#pragma once

#include <string>

#include "chat/turn.h"

namespace llmgate::wire {

// A list of `url_citation`, with positions in characters of all texts joined; empty if no citation
// has a URL. Citations of other kinds stay with their block.
std::string render_url_citations(const chat::Choice& choice);

}  // namespace llmgate::wire
