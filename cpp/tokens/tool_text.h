// Tool definitions as the text that models are shown: a namespace of types in TypeScript's manner,
// as observed from outside; OpenAI documents no other form. Pure function.
#pragma once

#include <string>

#include "json/document.h"

namespace llmgate::tokens {

// `tools` is a request's array; elements of another shape are left out.
std::string tool_text(json::Value tools);

}  // namespace llmgate::tokens
