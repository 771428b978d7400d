// What check_request() says of requests given as text: the path of the refusal, or nothing.
#pragma once

#include <string>

#include "chat/normalize.h"
#include "support/turns.h"

namespace llmgate::test {

inline Failure check(const std::string& request) {
  const Json json(request);
  return chat::check_request(json.root());
}

// Of a whole request, of its messages, of one more member.
inline std::string refused_at(const std::string& request) {
  const Failure failure = check(request);
  return failure ? failure->json_path : "";
}
inline std::string refused_in_messages(const std::string& messages) {
  return refused_at(R"({"messages":)" + messages + "}");
}
inline std::string with_member(const std::string& member) {
  return R"({"messages":[{"role":"user","content":"hi"}],)" + member + "}";
}
inline std::string refused_member(const std::string& member) {
  return refused_at(with_member(member));
}
inline std::string refused_part(const std::string& part) {
  return refused_in_messages(R"([{"role":"user","content":[)" + part + "]}]");
}
inline std::string message_of(const std::string& request) {
  const Failure failure = check(request);
  return failure ? failure->message : "accepted";
}

}  // namespace llmgate::test
