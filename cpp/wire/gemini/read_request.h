// A request in Gemini's own JSON as the canonical one, with hints where the canonical form has one
// spelling for several of Gemini's: rendered again it says the same. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "chat/request.h"
#include "chat/turn.h"
#include "json/document.h"
#include "wire/format.h"

namespace llmgate::wire {

Result<chat::ChatRequest> read_gemini_request(std::string_view body, const Issuer& issuer);

}  // namespace llmgate::wire
