// A first look at a JSON schema given by a caller: the mistakes that would only come back as a
// provider's 400, found before sending.
#pragma once

#include "base/result.h"
#include "json/document.h"
#include "json/path.h"

namespace llmgate::chat {

// Checks `type`, `properties`, `required`, `items`, `enum` and the combinators, at every level.
Failure check_schema(json::Value schema, const json::Path& path);

}  // namespace llmgate::chat
