// A canonical request as a body of Gemini's generateContent. Render step of a request's path. Pure
// function.
#pragma once

#include "base/result.h"
#include "chat/request.h"
#include "wire/format.h"

namespace llmgate::wire {

Result<RenderedRequest> render_gemini_request(const chat::ChatRequest& request,
                                              const Issuer& issuer);

}  // namespace llmgate::wire
