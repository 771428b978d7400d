// Streams of Gemini's generateContent. Parse step of a request's path; a parser belongs to one
// call.
#pragma once

#include <memory>

#include "wire/format.h"

namespace llmgate::wire {

std::unique_ptr<StreamParser> make_gemini_stream_parser(const Issuer& issuer);

}  // namespace llmgate::wire
