#include "chat/parameters.h"

#include <algorithm>
#include <array>

#include "base/nearest.h"
#include "chat/refusal.h"
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

// {"googleSearch": {}} and its like: an object of settings by the tool's name, without a type.
bool is_tool_of_gemini(Value tool) {
  if (tool.size() == 0 || tool.find("type").exists() || tool.find("function").exists()) {
    return false;
  }
  for (const json::Member member : tool.members()) {
    if (!member.value.is_object()) {
      return false;
    }
  }
  return !tool.find("parameters").exists();
}

Failure check_tool(Value tool, const Path& path) {
  if (!tool.is_object()) {
    return refuse(path, tool, "an object with \"type\" and \"function\"");
  }
  const Value type = tool.find("type");
  const Value function = tool.find("function");
  if (is_tool_of_gemini(tool)) {
    return std::nullopt;
  }
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

}  // namespace

bool is_known_parameter(std::string_view name) { return find_parameter(name) != nullptr; }

std::span<const std::string_view> parameter_names() {
  static const auto names = [] {
    std::array<std::string_view, kParameters.size()> all;
    std::transform(kParameters.begin(), kParameters.end(), all.begin(),
                   [](const Parameter& row) { return row.name; });
    return all;
  }();
  return names;
}

std::string_view nearest_parameter(std::string_view name) {
  return nearest_name(name, parameter_names());
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

}  // namespace llmgate::chat
