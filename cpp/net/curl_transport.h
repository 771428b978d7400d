// The Transport over libcurl's multi interface, driven by an event loop: HTTP/1.1 with connections
// kept for the next request. Send step of a request's path; loop thread only.
#pragma once

#include <memory>

#include "net/event_loop.h"
#include "net/transport.h"

namespace llmgate::net {

// The loop must outlive the transport, and must not run any more when the transport goes. Nothing
// if libcurl cannot be set up.
std::unique_ptr<Transport> make_curl_transport(EventLoop& loop);

}  // namespace llmgate::net
