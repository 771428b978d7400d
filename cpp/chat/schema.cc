#include "chat/schema.h"

#include <array>
#include <string_view>

#include "chat/refusal.h"

namespace llmgate::chat {
namespace {

using json::Path;
using json::Value;

constexpr std::array<std::string_view, 7> kTypes{"string", "number", "integer", "boolean",
                                                 "array",  "object", "null"};

bool is_type_name(Value value) {
  for (const std::string_view type : kTypes) {
    if (value.says(type)) {
      return true;
    }
  }
  return false;
}

Failure check_type(Value type, const Path& path) {
  constexpr std::string_view kAccepted =
      "\"string\", \"number\", \"integer\", \"boolean\", \"array\", \"object\", \"null\" or a list "
      "of these";
  if (!type.exists() || is_type_name(type)) {
    return std::nullopt;
  }
  if (!type.is_array() || type.size() == 0) {
    return refuse(path, type, kAccepted);
  }
  std::size_t index = 0;
  for (const Value one : type.elements()) {
    if (!is_type_name(one)) {
      return refuse(path.element(index), one, kAccepted);
    }
    ++index;
  }
  return std::nullopt;
}

Failure check_required(Value required, const Path& path) {
  if (!required.exists()) {
    return std::nullopt;
  }
  if (!required.is_array()) {
    return refuse(path, required, "a list of property names");
  }
  std::size_t index = 0;
  for (const Value name : required.elements()) {
    if (!name.is_string()) {
      return refuse(path.element(index), name, "a property name");
    }
    ++index;
  }
  return std::nullopt;
}

// Every member of `map` is a schema: properties, definitions.
Failure check_schemas_by_name(Value map, const Path& path) {
  if (!map.exists()) {
    return std::nullopt;
  }
  if (!map.is_object()) {
    return refuse(path, map, "an object of schemas by name");
  }
  for (const json::Member member : map.members()) {
    if (Failure failure = check_schema(member.value, path.member(member.name.escaped()))) {
      return failure;
    }
  }
  return std::nullopt;
}

Failure check_schema_list(Value list, const Path& path) {
  if (!list.exists()) {
    return std::nullopt;
  }
  if (!list.is_array()) {
    return refuse(path, list, "a list of schemas");
  }
  std::size_t index = 0;
  for (const Value schema : list.elements()) {
    if (Failure failure = check_schema(schema, path.element(index++))) {
      return failure;
    }
  }
  return std::nullopt;
}

}  // namespace

// Recursion is bounded by the reader's depth limit.
Failure check_schema(Value schema, const Path& path) {
  if (schema.is_bool()) {
    return std::nullopt;
  }
  if (!schema.is_object()) {
    return refuse(path, schema, "a JSON schema: an object");
  }
  if (Failure failure = check_type(schema.find("type"), path.member("type"))) {
    return failure;
  }
  if (Failure failure = check_required(schema.find("required"), path.member("required"))) {
    return failure;
  }
  const Value choices = schema.find("enum");
  if (choices.exists() && (!choices.is_array() || choices.size() == 0)) {
    return refuse(path.member("enum"), choices, "a non-empty list");
  }
  for (const std::string_view map : {"properties", "$defs", "definitions"}) {
    if (Failure failure = check_schemas_by_name(schema.find(map), path.member(map))) {
      return failure;
    }
  }
  for (const std::string_view list : {"anyOf", "oneOf", "allOf", "prefixItems"}) {
    if (Failure failure = check_schema_list(schema.find(list), path.member(list))) {
      return failure;
    }
  }
  const Value items = schema.find("items");
  if (items.is_array()) {
    return check_schema_list(items, path.member("items"));
  }
  return items.exists() ? check_schema(items, path.member("items")) : std::nullopt;
}

}  // namespace llmgate::chat
