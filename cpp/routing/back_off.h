// How long to wait before the same provider is asked again. Pure.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/error.h"
#include "base/random.h"

namespace llmgate::routing {

// A server that wants more than this is not waited for.
inline constexpr std::chrono::milliseconds kLongestWait{120000};

// Full jitter on min(8 s, base * 2^n), with n the retries so far: base 1 s when a server is busy,
// 50 ms otherwise (the AWS SDKs' split of 2026-11, reliability study section 4.2).
std::chrono::milliseconds back_off(ErrorKind kind, std::int64_t retries, Random& random);

}  // namespace llmgate::routing
