// JSON schemas for Anthropic's structured output and strict tools: what it refuses is rewritten by
// rule, each change noted with its path. Render step of a request's path.
#pragma once

#include "json/document.h"
#include "json/path.h"
#include "json/writer.h"
#include "wire/anthropic/rendering.h"

namespace llmgate::wire {

// Limits of values become part of the description, objects are closed, oneOf becomes anyOf.
void write_anthropic_schema(json::Value schema, const json::Path& path,
                            AnthropicRendering& rendering, json::Writer& out);

}  // namespace llmgate::wire
