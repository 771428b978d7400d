// The checks that every request passes before anything is sent. Each refusal names the JSON path,
// the value and what is accepted.
#pragma once

#include "base/result.h"
#include "json/document.h"

namespace llmgate::chat {

Failure check_request(json::Value request);

}  // namespace llmgate::chat
