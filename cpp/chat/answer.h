// A whole answer: the turn and what is told beside it. Its caller, the cache and whoever shares the
// call have one and the same, so nobody changes it once the call has ended.
#pragma once

#include <string>

#include "chat/disposition.h"
#include "chat/turn.h"

namespace llmgate::chat {

struct Answer {
  Turn turn;
  std::string raw;     // the body it was read from, where the turn is its own view; else empty
  std::string fields;  // names of the request's members: ChatRequest::field_names_text()
  Dispositions dispositions;
  std::string base_url;  // where it came from
  std::string deployment;
  std::string request_id;
  int status = 0;
};

}  // namespace llmgate::chat
