// What an attempt of a call sends. Render step of a request's path.
#pragma once

#include <chrono>

#include "base/result.h"
#include "chat/disposition.h"
#include "chat/request.h"
#include "net/http.h"
#include "providers/target.h"
#include "wire/format.h"

namespace llmgate::engine {

struct AttemptInput {
  const chat::ChatRequest& request;
  const providers::Target& target;
  std::chrono::milliseconds connect_timeout;
  bool is_strict = false;
};

// Fills `dispositions` with what became of each field that could not go as it was; an error if the
// call is strict and one was lost.
Result<net::HttpRequest> render_request(const AttemptInput& input, const wire::Issuer& issuer,
                                        chat::Dispositions& dispositions);

}  // namespace llmgate::engine
