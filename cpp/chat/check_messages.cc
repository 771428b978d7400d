#include "chat/check_messages.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "chat/refusal.h"

namespace llmgate::chat {
namespace {

using json::Path;
using json::Value;

// A URL that a provider can fetch or read: never a path on this machine.
Failure check_image_url(Value url, const Path& path) {
  if (!url.is_string()) {
    return refuse(path, url, "a string: an http(s) or data: URL");
  }
  const std::string_view text = url.escaped();
  for (const std::string_view scheme : {"https:", "http:", "data:", "gs:", "s3:"}) {
    if (text.starts_with(scheme)) {
      return std::nullopt;
    }
  }
  return bad_request(path.text(),
                     "got a string of " + std::to_string(text.size()) +
                         " bytes that is no URL (a file's path?); accepted: an http(s) URL, or "
                         "\"data:<media type>;base64,<content>\" with the file's content");
}

Failure check_image_part(Value part, const Path& path) {
  const Value image = part.find("image_url");
  if (image.is_string()) {
    return check_image_url(image, path.member("image_url"));
  }
  if (!image.is_object()) {
    return refuse(path.member("image_url"), image, "{\"url\": \"https://... or data:...\"}");
  }
  return check_image_url(image.find("url"), path.member("image_url").member("url"));
}

Failure check_part(Value part, const Path& path) {
  if (!part.is_object()) {
    return refuse(path, part, "a content part: an object with a \"type\"");
  }
  const Value type = part.find("type");
  if (!type.is_string()) {
    return refuse(path.member("type"), type,
                  "a string such as \"text\", \"image_url\", \"input_audio\", \"file\"");
  }
  if (type.says("text")) {
    return require_string(part, "text", path);
  }
  if (type.says("refusal")) {
    return require_string(part, "refusal", path);
  }
  if (type.says("image_url")) {
    return check_image_part(part, path);
  }
  if (type.says("input_audio")) {
    const Value audio = part.find("input_audio");
    if (!audio.is_object() && !audio.is_string()) {
      return refuse(path.member("input_audio"), audio,
                    "{\"data\": base64, \"format\": \"wav\" or \"mp3\"}");
    }
  }
  if (type.says("file") && !part.find("file").is_object()) {
    return refuse(path.member("file"), part.find("file"),
                  "{\"file_data\": ...} or {\"file_id\": ...}");
  }
  return std::nullopt;
}

// The members that are looked at, found in one walk.
struct MessageParts {
  Value role;
  Value content;
  Value tool_calls;
  Value tool_call_id;
};

Value* part_named(std::string_view name, MessageParts& parts) {
  switch (name.size()) {
    case 4:
      return name == "role" ? &parts.role : nullptr;
    case 7:
      return name == "content" ? &parts.content : nullptr;
    case 10:
      return name == "tool_calls" ? &parts.tool_calls : nullptr;
    case 12:
      return name == "tool_call_id" ? &parts.tool_call_id : nullptr;
    default:
      return nullptr;
  }
}

MessageParts parts_of(Value message) {
  MessageParts parts;
  for (const json::Member member : message.members()) {
    Value* const part = member.name.has_escapes() ? part_named(member.name.unescaped(), parts)
                                                  : part_named(member.name.escaped(), parts);
    if (part != nullptr) {
      *part = member.value;
    }
  }
  return parts;
}

Failure check_content(Value content, bool may_be_missing, const Path& path) {
  if (content.is_string() || (may_be_missing && (!content.exists() || content.is_null()))) {
    return std::nullopt;
  }
  if (!content.is_array()) {
    return refuse(path.member("content"), content, "a string or a list of content parts");
  }
  std::size_t index = 0;
  for (const Value part : content.elements()) {
    if (Failure failure = check_part(part, path.member("content").element(index++))) {
      return failure;
    }
  }
  return std::nullopt;
}

Failure check_tool_call(Value call, const Path& path) {
  if (!call.is_object()) {
    return refuse(path, call, "an object with \"id\", \"type\" and \"function\"");
  }
  if (Failure failure = require_string(call, "id", path)) {
    return failure;
  }
  const Value type = call.find("type");
  if (type.is_string() && !type.says("function") && !type.says("")) {
    return std::nullopt;  // custom and later kinds: the provider knows their shape
  }
  const Value function = call.find("function");
  if (!function.is_object()) {
    return refuse(path.member("function"), function, "an object with \"name\" and \"arguments\"");
  }
  if (Failure failure = require_string(function, "name", path.member("function"))) {
    return failure;
  }
  const Value arguments = function.find("arguments");
  if (arguments.exists() && !arguments.is_string()) {
    return refuse(path.member("function").member("arguments"), arguments,
                  "a string that holds JSON");
  }
  return std::nullopt;
}

// Walks the conversation and knows which tool calls have been made so far.
class MessageChecker {
 public:
  Failure check(Value message, const Path& path) {
    if (!message.is_object()) {
      return refuse(path, message, "an object with \"role\" and \"content\"");
    }
    const MessageParts parts = parts_of(message);
    const std::string_view name = parts.role.escaped();
    if (name == "user" || name == "system" || name == "developer" || name == "function") {
      return check_content(parts.content, name == "function", path);
    }
    if (name == "assistant") {
      return check_assistant(parts, path);
    }
    if (name == "tool") {
      return check_tool_result(parts, path);
    }
    return refuse(path.member("role"), parts.role,
                  "\"system\", \"developer\", \"user\", \"assistant\", \"tool\" or \"function\"");
  }

 private:
  Failure check_assistant(const MessageParts& parts, const Path& path) {
    if (Failure failure = check_content(parts.content, true, path)) {
      return failure;
    }
    const Value calls = parts.tool_calls;
    if (!calls.exists() || calls.is_null()) {
      return std::nullopt;
    }
    if (!calls.is_array()) {
      return refuse(path.member("tool_calls"), calls, "a list of tool calls");
    }
    std::size_t index = 0;
    for (const Value call : calls.elements()) {
      if (Failure failure = check_tool_call(call, path.member("tool_calls").element(index++))) {
        return failure;
      }
      call_ids_.push_back(call.find("id").escaped());
    }
    return std::nullopt;
  }

  Failure check_tool_result(const MessageParts& parts, const Path& path) {
    const Value id = parts.tool_call_id;
    if (!id.is_string()) {
      return refuse(path.member("tool_call_id"), id,
                    "the \"id\" of the tool call that this answers");
    }
    if (std::find(call_ids_.begin(), call_ids_.end(), id.escaped()) == call_ids_.end()) {
      return bad_request(path.member("tool_call_id").text(),
                         describe(id) + " answers no tool call of an earlier assistant message; " +
                             (call_ids_.empty() ? "there is none" : "known ids: " + known_ids()));
    }
    return check_content(parts.content, true, path);
  }

  [[nodiscard]] std::string known_ids() const {
    std::string text;
    const std::size_t shown = std::min<std::size_t>(call_ids_.size(), 5);
    for (std::size_t i = 0; i < shown; ++i) {
      text += (i == 0 ? "\"" : ", \"") + std::string(call_ids_[i].substr(0, 64)) + "\"";
    }
    return call_ids_.size() > shown ? text + ", ..." : text;
  }

  std::vector<std::string_view> call_ids_;
};

}  // namespace

Failure check_messages(Value messages) {
  if (!messages.is_array()) {
    return refuse("$.messages", messages, "a string or a non-empty list of messages");
  }
  if (messages.size() == 0) {
    return bad_request("$.messages", "the list is empty; accepted: at least one message");
  }
  MessageChecker checker;
  std::size_t index = 0;
  for (const Value message : messages.elements()) {
    if (Failure failure = checker.check(message, Path("$.messages").element(index++))) {
      return failure;
    }
  }
  return std::nullopt;
}

}  // namespace llmgate::chat
