#include "chat/normalize.h"

#include <string>
#include <string_view>

#include "chat/check_messages.h"
#include "chat/parameters.h"
#include "chat/refusal.h"

namespace llmgate::chat {

Failure check_request(json::Value request) {
  if (!request.is_object()) {
    return refuse("$", request, "an object with \"model\" and \"messages\"");
  }
  if (Failure failure = check_messages(request.find("messages"))) {
    return failure;
  }
  for (const json::Member member : request.members()) {
    Failure failure = member.name.has_escapes()
                          ? check_parameter(member.name.unescaped(), member.value)
                          : check_parameter(member.name.escaped(), member.value);
    if (failure) {
      return failure;
    }
  }
  return std::nullopt;
}

}  // namespace llmgate::chat
