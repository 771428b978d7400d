// Where a routed call enters its Router's plan: the nodes of the names that it asks for, in order.
// Enter step of a request's path. Needs the GIL.
#pragma once

#include <string_view>

#include "base/result.h"
#include "bindings/router_handle.h"
#include "chat/request.h"
#include "config/openrouter.h"
#include "engine/router.h"
#include "json/document.h"

namespace llmgate::bindings {

struct AskedRoute {
  const config::RequestRoute& route;
  std::string_view name;  // where the route names no model
  const chat::ChatRequest& request;
  json::Value given;  // what the caller says to the plan; may be missing
};

// Sets the roots of `routed`, what leads from one to the next, what stood for a '*' and the
// deployment that the caller has chosen. Its request is described already.
Failure find_roots(const RouterHandle& handle, const AskedRoute& asked, engine::RoutedCall& routed);

}  // namespace llmgate::bindings
