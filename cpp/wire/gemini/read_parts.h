// One part of Gemini's as a content part of the canonical request. Part of reading a request in
// Gemini's own JSON. Pure functions.
#pragma once

#include "json/document.h"
#include "json/document_writer.h"

namespace llmgate::wire {

// Writes the part: text, media, or wrapped as it is. True: with hints in it. `takes_urls`: the
// model would be sent a file by its URL.
bool read_gemini_part(json::Value part, bool takes_urls, json::DocumentWriter& out);

// Whether the part is one of the kinds that a canonical tool result can hold beside its text.
bool is_gemini_media(json::Value part);

}  // namespace llmgate::wire
