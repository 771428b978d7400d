#include "chat/normalize.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/nearest.h"
#include "chat/schema.h"
#include "json/path.h"

namespace llmgate::chat {
namespace {

using json::Path;
using json::Value;

enum class Shape : std::uint8_t {
  kAny,
  kString,
  kNumber,
  kInteger,
  kBool,
  kObject,
  kArray,
  kStringOrArray,
  kStringOrObject,
};

struct Parameter {
  std::string_view name;
  Shape shape;
};

// OpenAI API reference, "Create chat completion", read 2026-11. Sorted by name.
constexpr std::array kParameters = std::to_array<Parameter>({
    {"audio", Shape::kObject},
    {"frequency_penalty", Shape::kNumber},
    {"function_call", Shape::kStringOrObject},
    {"functions", Shape::kArray},
    {"logit_bias", Shape::kObject},
    {"logprobs", Shape::kBool},
    {"max_completion_tokens", Shape::kInteger},
    {"max_tokens", Shape::kInteger},
    {"messages", Shape::kArray},
    {"metadata", Shape::kObject},
    {"modalities", Shape::kArray},
    {"model", Shape::kString},
    {"moderation", Shape::kAny},
    {"n", Shape::kInteger},
    {"parallel_tool_calls", Shape::kBool},
    {"prediction", Shape::kObject},
    {"presence_penalty", Shape::kNumber},
    {"prompt_cache_key", Shape::kString},
    {"prompt_cache_retention", Shape::kString},
    {"reasoning_effort", Shape::kString},
    {"response_format", Shape::kObject},
    {"safety_identifier", Shape::kString},
    {"seed", Shape::kInteger},
    {"service_tier", Shape::kString},
    {"stop", Shape::kStringOrArray},
    {"store", Shape::kBool},
    {"stream", Shape::kBool},
    {"stream_options", Shape::kObject},
    {"temperature", Shape::kNumber},
    {"tool_choice", Shape::kStringOrObject},
    {"tools", Shape::kArray},
    {"top_logprobs", Shape::kInteger},
    {"top_p", Shape::kNumber},
    {"user", Shape::kString},
    {"verbosity", Shape::kString},
    {"web_search_options", Shape::kObject},
});

// Lengths and first letters differ nearly always: a walk is cheaper than a binary search.
const Parameter* find_parameter(std::string_view name) {
  for (const Parameter& row : kParameters) {
    if (row.name.size() == name.size() && row.name.front() == name.front() && row.name == name) {
      return &row;
    }
  }
  return nullptr;
}

bool fits(Value value, Shape shape) {
  switch (shape) {
    case Shape::kAny:
      return true;
    case Shape::kString:
      return value.is_string();
    case Shape::kNumber:
      return value.is_number();
    case Shape::kInteger:
      return value.as_int().has_value();
    case Shape::kBool:
      return value.is_bool();
    case Shape::kObject:
      return value.is_object();
    case Shape::kArray:
      return value.is_array();
    case Shape::kStringOrArray:
      return value.is_string() || value.is_array();
    case Shape::kStringOrObject:
      return value.is_string() || value.is_object();
  }
  return false;
}

std::string_view name_of(Shape shape) {
  switch (shape) {
    case Shape::kAny:
      return "any value";
    case Shape::kString:
      return "a string";
    case Shape::kNumber:
      return "a number";
    case Shape::kInteger:
      return "an integer";
    case Shape::kBool:
      return "true or false";
    case Shape::kObject:
      return "an object";
    case Shape::kArray:
      return "a list";
    case Shape::kStringOrArray:
      return "a string or a list";
    case Shape::kStringOrObject:
      return "a string or an object";
  }
  return "";
}

Error refuse(const Path& path, Value value, std::string_view accepted) {
  return bad_request(path.text(),
                     "got " + describe(value) + "; accepted: " + std::string(accepted));
}

Failure require_string(Value object, std::string_view name, const Path& path) {
  const Value value = object.find(name);
  if (value.is_string()) {
    return std::nullopt;
  }
  return refuse(path.member(name), value, "a string");
}

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

Failure check_content(Value message, bool may_be_missing, const Path& path) {
  const Value content = message.find("content");
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
    const Value role = message.find("role");
    const std::string_view name = role.escaped();
    if (name == "user" || name == "system" || name == "developer" || name == "function") {
      return check_content(message, name == "function", path);
    }
    if (name == "assistant") {
      return check_assistant(message, path);
    }
    if (name == "tool") {
      return check_tool_result(message, path);
    }
    return refuse(path.member("role"), role,
                  "\"system\", \"developer\", \"user\", \"assistant\", \"tool\" or \"function\"");
  }

 private:
  Failure check_assistant(Value message, const Path& path) {
    if (Failure failure = check_content(message, true, path)) {
      return failure;
    }
    const Value calls = message.find("tool_calls");
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

  Failure check_tool_result(Value message, const Path& path) {
    const Value id = message.find("tool_call_id");
    if (!id.is_string()) {
      return refuse(path.member("tool_call_id"), id,
                    "the \"id\" of the tool call that this answers");
    }
    if (std::find(call_ids_.begin(), call_ids_.end(), id.escaped()) == call_ids_.end()) {
      return bad_request(path.member("tool_call_id").text(),
                         describe(id) + " answers no tool call of an earlier assistant message; " +
                             (call_ids_.empty() ? "there is none" : "known ids: " + known_ids()));
    }
    return check_content(message, true, path);
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

Failure check_tool(Value tool, const Path& path) {
  if (!tool.is_object()) {
    return refuse(path, tool, "an object with \"type\" and \"function\"");
  }
  const Value type = tool.find("type");
  const Value function = tool.find("function");
  if (!type.is_string() && !function.is_object()) {  // Mistral's own clients leave the type out
    return refuse(path.member("type"), type, "\"function\" or another tool type");
  }
  if (type.is_string() && !type.says("function")) {
    return std::nullopt;
  }
  if (!function.is_object()) {
    return refuse(path.member("function"), function, "an object with \"name\" and \"parameters\"");
  }
  if (Failure failure = require_string(function, "name", path.member("function"))) {
    return failure;
  }
  const Value parameters = function.find("parameters");
  if (!parameters.exists() || parameters.is_null()) {
    return std::nullopt;
  }
  return check_schema(parameters, path.member("function").member("parameters"));
}

Failure check_tools(Value tools) {
  std::size_t index = 0;
  for (const Value tool : tools.elements()) {
    if (Failure failure = check_tool(tool, Path("$.tools").element(index++))) {
      return failure;
    }
  }
  return std::nullopt;
}

Failure check_response_format(Value format) {
  const Value type = format.find("type");
  if (!type.is_string()) {
    return refuse("$.response_format.type", type, "\"text\", \"json_object\" or \"json_schema\"");
  }
  if (!type.says("json_schema")) {
    return std::nullopt;
  }
  const Value wrapper = format.find("json_schema");
  if (!wrapper.is_object()) {
    return refuse("$.response_format.json_schema", wrapper, "{\"name\": ..., \"schema\": {...}}");
  }
  const Value name = wrapper.find("name");  // not every provider asks for one
  if (name.exists() && !name.is_string()) {
    return refuse("$.response_format.json_schema.name", name, "a string");
  }
  const Value schema = wrapper.find("schema");
  if (!schema.exists()) {
    return std::nullopt;
  }
  return check_schema(schema, "$.response_format.json_schema.schema");
}

Failure check_parameter(std::string_view name, Value value) {
  const Parameter* parameter = find_parameter(name);
  if (parameter == nullptr || value.is_null()) {
    return std::nullopt;
  }
  if (!fits(value, parameter->shape)) {
    return refuse(Path("$").member(name), value, name_of(parameter->shape));
  }
  if (name == "tools") {
    return check_tools(value);
  }
  if (name == "response_format") {
    return check_response_format(value);
  }
  if (name == "n" && value.as_int().value_or(0) < 1) {
    return refuse("$.n", value, "an integer of 1 or more");
  }
  return std::nullopt;
}

bool is_plain_word(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == '/' || c == ':';
  });
}

}  // namespace

bool is_known_parameter(std::string_view name) { return find_parameter(name) != nullptr; }

std::string_view nearest_parameter(std::string_view name) {
  std::array<std::string_view, kParameters.size()> names;
  std::transform(kParameters.begin(), kParameters.end(), names.begin(),
                 [](const Parameter& row) { return row.name; });
  return nearest_name(name, names);
}

std::string describe(Value value) {
  if (!value.exists()) {
    return "nothing";
  }
  if (value.is_string()) {
    const std::string_view text = value.escaped();
    if (text.size() <= 32 && is_plain_word(text)) {
      return "\"" + std::string(text) + "\"";
    }
    return "a string of " + std::to_string(text.size()) + " bytes";
  }
  if (value.is_array()) {
    return "a list of " + std::to_string(value.size());
  }
  if (value.is_object()) {
    return "an object of " + std::to_string(value.size()) + " members";
  }
  return std::string(value.raw().substr(0, 40));
}

Failure check_request(Value request) {
  if (!request.is_object()) {
    return refuse("$", request, "an object with \"model\" and \"messages\"");
  }
  if (Failure failure = check_messages(request.find("messages"))) {
    return failure;
  }
  for (const json::Member member : request.members()) {
    if (Failure failure = check_parameter(member.name.escaped(), member.value)) {
      return failure;
    }
  }
  return std::nullopt;
}

}  // namespace llmgate::chat
