// Gemini's grounding, citations and log probabilities in OpenAI's shapes: derived views, beside
// Gemini's own objects, which are kept. Parse step of a request's path. Pure functions.
#pragma once

#include <string>

#include "chat/turn.h"
#include "json/document.h"

namespace llmgate::wire {

// A list of `url_citation` annotations over the choice's visible text, with offsets in characters;
// empty if there is nothing to cite.
std::string gemini_annotations(const chat::Choice& choice, json::Value grounding,
                               json::Value citations);

// {"content": [{"token", "logprob", "bytes", "top_logprobs"}], "refusal": null}; empty if
// `result` (logprobsResult) names no tokens.
std::string gemini_logprobs(json::Value result);

}  // namespace llmgate::wire
