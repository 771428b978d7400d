// The canonical request as a body for Anthropic's messages API, with an account of every field that
// is not sent as it came. Render step of a request's path.
#pragma once

#include "base/result.h"
#include "chat/request.h"
#include "wire/format.h"

namespace llmgate::wire {

Result<RenderedRequest> render_anthropic_request(const chat::ChatRequest& request,
                                                 const Issuer& issuer);

}  // namespace llmgate::wire
