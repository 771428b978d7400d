// Conversations as agents have them, for traces of a cache: each request holds the one before it
// and some more. Recorded ones where they are present, else made by rule. Only tests and benchmarks
// use them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "support/cache_policies.h"

namespace llmgate::test {

// Of each request in turn, what it takes in a cache together with its answer.
using Conversation = std::vector<std::size_t>;

// From a folder of recorded exchanges with its index.jsonl; none: it is not there.
std::vector<Conversation> recorded_conversations(const std::string& folder);
std::vector<Conversation> made_conversations(std::uint32_t seed);

// Whole conversations, whose popularity is Zipf's with this exponent: several go on at once, as
// those of several agents do, and a share of `repeats` of the requests are one of their agent's
// last few again. `count` different ones, each of the shape of one of `shapes`.
std::vector<Asked> conversation_trace(std::size_t length, std::size_t count, double exponent,
                                      double repeats, const std::vector<Conversation>& shapes,
                                      std::uint32_t seed);

}  // namespace llmgate::test
