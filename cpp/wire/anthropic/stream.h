// The stream of Anthropic's messages: typed events into a growing Turn, and into OpenAI-shaped
// chunks. Parse step of a request's path.
#pragma once

#include <memory>

#include "wire/format.h"

namespace llmgate::wire {

std::unique_ptr<StreamParser> make_anthropic_stream_parser(const Issuer& issuer);

}  // namespace llmgate::wire
