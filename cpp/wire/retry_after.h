// When a server says to come again: Retry-After in its three spellings and its relatives; and
// whether it wants that at all.
#pragma once

#include <chrono>
#include <optional>

#include "json/document.h"
#include "net/http.h"

namespace llmgate::wire {

// The wait from `retry-after-ms`, else `retry-after` (seconds, with or without a fraction, or an
// HTTP date read against the response's own `date`), else Google's RetryInfo in `error` (an error
// body), else, as a last resort, its words: "try again in 6m1.05s". Nothing for what is not
// positive, not a number, or above 10^6 s.
std::optional<std::chrono::milliseconds> retry_after_of(const net::Headers& headers,
                                                        json::Value error);

// `x-should-retry`, "true" or "false": OpenAI's and Anthropic's word, above what the status says.
std::optional<bool> should_retry_of(const net::Headers& headers);

}  // namespace llmgate::wire
