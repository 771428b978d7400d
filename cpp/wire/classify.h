// What a provider's error means: one kind out of status, code and words. The only place where that
// is decided; all OpenAI-shaped providers and relays go through it. Parse step of a request's path.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "json/document.h"
#include "net/http.h"
#include "wire/format.h"

namespace llmgate::wire {

// `status` 0: the error came inside a stream or under a status below 400.
Error classify_error(int status, const net::Headers& headers, std::string_view body,
                     const Issuer& issuer);

// Whether a body under a good status is an error all the same (relays, some gateways).
bool is_error_body(json::Value root);

// A reply that breaks its format's promises: the problem and the first bytes of what came.
Error invalid_response(std::string problem, std::string_view body, const Issuer& issuer);

// The id that a provider gives to an exchange, from its headers; empty if none.
std::string request_id_of(const net::Headers& headers);

}  // namespace llmgate::wire
