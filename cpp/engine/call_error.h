// What a call adds to an error before the caller sees it.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "engine/completion_sink.h"
#include "net/http.h"
#include "providers/target.h"

namespace llmgate::engine {

// Says which provider and model it was, and takes every secret of the target out of the error, the
// response's head and the attempt: a server may echo a key anywhere in its answer.
void complete_error(Error& error, const providers::Target& target, net::ResponseHead& head,
                    Attempt& attempt);

// "openai/gpt-4o: 503 service_unavailable, azure/gpt-4o: timeout": a route in one line.
std::string attempts_text(const std::vector<Attempt>& route);

}  // namespace llmgate::engine
