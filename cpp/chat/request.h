// What the caller asked, in OpenAI's JSON: the canonical request that every format renders from.
// Holds the bytes and an index over them, so a renderer splices what it does not change. Read-only
// once made; may move between threads, not be shared while moved.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/document.h"

namespace llmgate::json {
class DocumentWriter;
}

namespace llmgate::chat {

// From ChatRequest::field_names_text().
std::vector<std::string> split_field_names(std::string_view text);

class ChatRequest {
 public:
  // Reads and checks `body` (see normalize.h for what is refused).
  static Result<ChatRequest> read(std::string body);
  // The same of a body that was written with its index: a format's own JSON as a canonical request.
  static Result<ChatRequest> take(json::DocumentWriter written);

  ChatRequest(ChatRequest&&) = default;
  ChatRequest& operator=(ChatRequest&&) = default;
  ChatRequest(const ChatRequest&) = delete;
  ChatRequest& operator=(const ChatRequest&) = delete;

  [[nodiscard]] json::Value root() const { return document_.root(); }
  [[nodiscard]] std::string_view body() const { return *body_; }
  [[nodiscard]] bool is_stream() const { return is_stream_; }
  // Names of the top-level members, as the dispositions list them.
  [[nodiscard]] std::vector<std::string> field_names() const {
    return split_field_names(field_names_text());
  }
  // The same as they stand, one after the other in their quotes: every call keeps them, few are
  // asked for them.
  [[nodiscard]] std::string field_names_text() const;

 private:
  ChatRequest() = default;
  Failure check();

  std::unique_ptr<const std::string>
      body_;  // on the heap: the index points into it, and requests move
  json::Document document_;
  bool is_stream_ = false;
};

}  // namespace llmgate::chat
