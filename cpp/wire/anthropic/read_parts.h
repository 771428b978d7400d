// Anthropic's content blocks as canonical parts; see anthropic_read_request.h. Pure functions.
#pragma once

#include "json/document.h"
#include "json/writer.h"

namespace llmgate::wire {

void read_anthropic_part(json::Value block, json::Writer& out);
void read_anthropic_parts(json::Value blocks, json::Writer& out);

}  // namespace llmgate::wire
