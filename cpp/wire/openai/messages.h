// The messages of a canonical request as an OpenAI-shaped provider gets them: spliced as they stand
// unless one holds what is not for its eyes (replays, hints, another issuer's ids, fields of other
// formats). Render step of a request's path.
#pragma once

#include <span>

#include "chat/disposition.h"
#include "json/document.h"
#include "json/writer.h"
#include "wire/conversion.h"
#include "wire/format.h"

namespace llmgate::wire {

// The values of "messages" and "tools". Refused is what has no way to be sent.
Failure render_openai_messages(json::Value messages, const Issuer& issuer, json::Writer& out,
                               chat::Dispositions& dispositions);
void render_openai_tools(json::Value tools, const Dialect& dialect, json::Writer& out,
                         chat::Dispositions& dispositions);

// The top-level fields of other formats that providers refuse who take no extensions.
const Conversion* find_foreign_field(std::string_view name);
std::span<const Conversion> openai_conversions();
std::span<const std::string_view> openai_features();

}  // namespace llmgate::wire
