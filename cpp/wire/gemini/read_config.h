// Gemini's generationConfig as fields of the canonical request. Part of reading a request in
// Gemini's own JSON. Pure function.
#pragma once

#include <string_view>

#include "json/document.h"
#include "json/document_writer.h"
#include "wire/format.h"

namespace llmgate::wire {

// Writes members into the open request `out` and hints into the open object `hints`; what has no
// field of its own stays in an object of `name`. True: there are hints.
bool read_gemini_config(std::string_view name, json::Value config, const Issuer& issuer,
                        json::DocumentWriter& out, json::DocumentWriter& hints);

}  // namespace llmgate::wire
