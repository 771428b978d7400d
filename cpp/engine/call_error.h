// What a call adds to an error before the caller sees it.
#pragma once

#include <vector>

#include "base/error.h"
#include "engine/call_spec.h"
#include "engine/completion_sink.h"
#include "net/http.h"

namespace llmgate::engine {

// Says which provider and model it was, and takes every secret of the call out of the error, the
// response's head and the route: a server may echo a key anywhere in its answer.
void complete_error(Error& error, const CallSpec& spec, net::ResponseHead& head,
                    std::vector<Attempt>& route);

}  // namespace llmgate::engine
