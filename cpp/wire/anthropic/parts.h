// Content parts of a canonical message as Anthropic's blocks: text, images, documents. Render step
// of a request's path.
#pragma once

#include "json/document.h"
#include "json/path.h"
#include "json/writer.h"
#include "wire/anthropic/rendering.h"

namespace llmgate::wire {

// Whether write_anthropic_part() would write something.
bool is_sendable_part(json::Value part, const AnthropicRendering& rendering);

// One block, or nothing for what is left out, which is noted. `cache_control` is the message's own,
// for a part that has none.
void write_anthropic_part(json::Value part, const json::Path& path, json::Value cache_control,
                          AnthropicRendering& rendering, json::Writer& out);

// A text block. `escaped` is the text.
void write_anthropic_text(std::string_view escaped, json::Value cache_control,
                          const json::Path& path, AnthropicRendering& rendering, json::Writer& out);

}  // namespace llmgate::wire
