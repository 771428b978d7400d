// Anthropic's content blocks as canonical parts; see anthropic_read_request.h. Pure functions.
#pragma once

#include "json/document.h"
#include "json/document_writer.h"

namespace llmgate::wire {

void read_anthropic_part(json::Value block, json::DocumentWriter& out);
void read_anthropic_parts(json::Value blocks, json::DocumentWriter& out);

}  // namespace llmgate::wire
