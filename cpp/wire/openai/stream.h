// The stream of OpenAI's chat format in all recorded accents: events into a growing Turn, and into
// chunks that are OpenAI-shaped whatever the provider sent. Parse step of a request's path.
#pragma once

#include <memory>

#include "wire/format.h"

namespace llmgate::wire {

std::unique_ptr<StreamParser> make_openai_stream_parser(const Issuer& issuer);

}  // namespace llmgate::wire
