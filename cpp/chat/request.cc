#include "chat/request.h"

#include <utility>

#include "chat/normalize.h"

namespace llmgate::chat {

Result<ChatRequest> ChatRequest::read(std::string body) {
  ChatRequest request;
  request.body_ = std::make_unique<const std::string>(std::move(body));
  if (const auto error = request.document_.read(*request.body_)) {
    return bad_request("$", std::string("not valid JSON: ") + error->reason + " at byte " +
                                std::to_string(error->offset));
  }
  if (Failure failure = check_request(request.root())) {
    return std::move(*failure);
  }
  request.is_stream_ = request.root().find("stream").as_bool().value_or(false);
  return request;
}

std::vector<std::string> ChatRequest::field_names() const {
  std::vector<std::string> names;
  names.reserve(root().size());
  for (const json::Member member : root().members()) {
    names.push_back(member.name.unescaped());
  }
  return names;
}

}  // namespace llmgate::chat
