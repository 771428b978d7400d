// JSON schemas on their way to Gemini and from there: sent byte for byte but for the one thing that
// Gemini refuses, and read from the OpenAPI spelling that Gemini's own clients use. Pure functions.
#pragma once

#include <string>

#include "chat/disposition.h"
#include "json/document.h"
#include "json/path.h"
#include "json/writer.h"

namespace llmgate::wire {

// Writes `schema`. "If $ref is set on a sub-schema, no other properties, except for those starting
// as a $, may be set" (Gemini API reference, read 2026-11): what stands beside one is left out and
// noted.
void write_gemini_schema(json::Value schema, const json::Path& path, json::Writer& out,
                         chat::Dispositions& dispositions);

// The same schema with its types in JSON schema's spelling ("STRING", or the enum's number 1, is
// "string"). False: it had that spelling, and `lowered` is untouched.
bool lower_gemini_schema(json::Value schema, std::string& lowered);

// Whether `schema` has "$ref" anywhere in its text.
bool mentions_reference(json::Value schema);

}  // namespace llmgate::wire
