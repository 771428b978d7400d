#include "chat/schema.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "chat/refusal.h"

namespace llmgate::chat {
namespace {

using json::Path;
using json::Value;

constexpr std::array<std::string_view, 7> kTypes{"string", "number", "integer", "boolean",
                                                 "array",  "object", "null"};

// Of names of which few have the same length and the same second letter.
bool is_equal(std::string_view text, std::string_view name) {
  return text.size() == name.size() && text[1] == name[1] && text == name;
}

bool is_type_name(Value value) {
  const std::string_view text = value.escaped();
  const bool has_escapes = value.has_escapes();
  return std::any_of(kTypes.begin(), kTypes.end(), [&](std::string_view type) {
    return has_escapes ? value.says(type) : is_equal(text, type);
  });
}

Failure check_type(Value type, const Path& path) {
  constexpr std::string_view kAccepted =
      "\"string\", \"number\", \"integer\", \"boolean\", \"array\", \"object\", \"null\" or a list "
      "of these";
  if (is_type_name(type)) {
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

Failure check_choices(Value choices, const Path& path) {
  if (!choices.is_array() || choices.size() == 0) {
    return refuse(path, choices, "a non-empty list");
  }
  return std::nullopt;
}

Failure check_items(Value items, const Path& path) {
  return items.is_array() ? check_schema_list(items, path) : check_schema(items, path);
}

struct Keyword {
  std::string_view name;
  Failure (*check)(Value value, const Path& path);
};

constexpr std::array kKeywords = std::to_array<Keyword>({
    {"type", check_type},
    {"required", check_required},
    {"enum", check_choices},
    {"properties", check_schemas_by_name},
    {"$defs", check_schemas_by_name},
    {"definitions", check_schemas_by_name},
    {"anyOf", check_schema_list},
    {"oneOf", check_schema_list},
    {"allOf", check_schema_list},
    {"prefixItems", check_schema_list},
    {"items", check_items},
});

const Keyword* find_keyword(Value name) {
  const std::string_view text = name.escaped();
  const bool has_escapes = name.has_escapes();
  for (const Keyword& keyword : kKeywords) {
    if (has_escapes ? name.says(keyword.name) : is_equal(text, keyword.name)) {
      return &keyword;
    }
  }
  return nullptr;
}

bool is_same(Value one, Value other) { return one.raw().data() == other.raw().data(); }

}  // namespace

// One walk over the members: a long request has hundreds of schemas. Recursion is bounded by the
// reader's depth limit.
Failure check_schema(Value schema, const Path& path) {
  if (schema.is_bool()) {
    return std::nullopt;
  }
  if (!schema.is_object()) {
    return refuse(path, schema, "a JSON schema: an object");
  }
  for (const json::Member member : schema.members()) {
    const Keyword* keyword = find_keyword(member.name);
    if (keyword == nullptr) {
      continue;
    }
    Failure failure = keyword->check(member.value, path.member(keyword->name));
    // Of members with one name the last one counts.
    if (failure && is_same(schema.find(keyword->name), member.value)) {
      return failure;
    }
  }
  return std::nullopt;
}

}  // namespace llmgate::chat
