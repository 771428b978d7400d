// What is refused before a byte is sent: URLs, methods and headers that could not be sent
// faithfully. Send step of a request's path; pure, any thread.
#pragma once

#include <optional>

#include "net/http.h"
#include "net/transport.h"

namespace llmgate::net {

// Why `request` may not be sent, or nothing.
std::optional<TransferEnd> refuse(const HttpRequest& request);

}  // namespace llmgate::net
