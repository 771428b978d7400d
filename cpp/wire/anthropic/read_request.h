// A request in Anthropic's JSON as the canonical request: for tests, simulation and an endpoint
// that speaks this format. What the canonical request has no words for stays as it is or becomes a
// hint, so that rendering it again says the same. The other way of the render step.
#pragma once

#include <string>

#include "base/result.h"
#include "chat/request.h"
#include "wire/format.h"

namespace llmgate::wire {

Result<chat::ChatRequest> read_anthropic_request(const std::string& body, const Issuer& issuer);

}  // namespace llmgate::wire
