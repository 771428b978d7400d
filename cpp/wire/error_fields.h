// A provider's error in whatever envelope it came, as plain fields, and what of a body may be
// shown. Reads only; what it means is decided in classify.cc. Parse step of a request's path.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "json/document.h"

namespace llmgate::wire {

struct ErrorFields {
  std::string message;
  std::string code;
  std::string type;
  std::string param;
  std::string inner_code;  // Azure's innererror, Google's details[].reason
  std::string raw;         // a relay's copy of its backend's error
  int inner_status = 0;    // a status inside the body
};

// `root` is the body, or the first entry of a body that is a list. Fields that were not sent are
// empty.
ErrorFields read_error_fields(json::Value root);

// What a relay's backend said: its message where the copy is JSON, else at most `limit` bytes of
// it.
std::string message_inside(std::string_view raw, std::size_t limit);

// The first bytes of a body, not cut inside a character.
std::string excerpt(std::string_view body, std::size_t limit);

}  // namespace llmgate::wire
