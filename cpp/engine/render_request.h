// What an attempt of a call sends. Render step of a request's path.
#pragma once

#include "base/result.h"
#include "chat/disposition.h"
#include "engine/call_spec.h"
#include "net/http.h"
#include "wire/format.h"

namespace llmgate::engine {

// Fills `dispositions` with what became of each field that could not go as it was; an error if the
// call is strict and one was lost.
Result<net::HttpRequest> render_request(const CallSpec& spec, const wire::Issuer& issuer,
                                        chat::Dispositions& dispositions);

}  // namespace llmgate::engine
