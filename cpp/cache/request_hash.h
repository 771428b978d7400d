// The hash of what a request says, however it is spelled: made on every look-up that its own bytes
// did not answer, so nothing is written down for it. Look-up step of a request's path. Pure
// function.
#pragma once

#include "base/hash.h"
#include "json/document.h"

namespace llmgate::cache {

// Equal for two requests whose canonical_request() is equal, and as good as never for others; who
// needs to know compares those.
Hash128 hash_of_request(json::Value request);

}  // namespace llmgate::cache
