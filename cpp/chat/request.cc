#include "chat/request.h"

#include <utility>

#include "chat/normalize.h"
#include "json/document_writer.h"

namespace llmgate::chat {
namespace {

// Of five names or so.
constexpr std::size_t kUsualNameBytes = 64;

}  // namespace

// In place: every call passes here.
[[gnu::always_inline]] inline Failure ChatRequest::check() {
  Failure failure = check_request(root());
  if (!failure) {
    is_stream_ = root().find("stream").as_bool().value_or(false);
  }
  return failure;
}

Result<ChatRequest> ChatRequest::read(std::string body) {
  ChatRequest request;
  request.body_ = std::make_unique<const std::string>(std::move(body));
  if (const auto error = request.document_.read(*request.body_)) {
    return bad_request("$", std::string("not valid JSON: ") + error->reason + " at byte " +
                                std::to_string(error->offset));
  }
  if (Failure failure = request.check()) {
    return std::move(*failure);
  }
  return request;
}

Result<ChatRequest> ChatRequest::take(json::DocumentWriter written) {
  ChatRequest request;
  request.body_ = std::make_unique<const std::string>(written.take_text());
  if (const auto error = written.take_index(*request.body_, request.document_)) {
    return bad_request("$", std::string("as a canonical request it is ") + error->reason);
  }
  if (Failure failure = request.check()) {
    return std::move(*failure);
  }
  return request;
}

std::string ChatRequest::field_names_text() const {
  std::string names;
  names.reserve(kUsualNameBytes);
  for (const json::Member member : root().members()) {
    names += member.name.raw();
  }
  return names;
}

std::vector<std::string> split_field_names(std::string_view text) {
  std::vector<std::string> names;
  json::Document name;
  while (!text.empty()) {
    std::size_t end = 1;
    while (text[end] != '"') {
      end += text[end] == '\\' ? 2 : 1;
    }
    const std::string_view raw = text.substr(0, end + 1);
    text.remove_prefix(end + 1);
    if (!name.read(raw)) {
      names.push_back(name.root().unescaped());
    }
  }
  return names;
}

}  // namespace llmgate::chat
