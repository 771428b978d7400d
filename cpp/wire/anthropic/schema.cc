#include "wire/anthropic/schema.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace llmgate::wire {
namespace {

using json::Path;
using json::Value;
using json::Writer;
using enum AnthropicRule;

bool is_one_of(std::string_view name, const auto& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Anthropic docs, "Structured outputs", section "JSON Schema limitations", read 2026-11; `minimum`
// was recorded as a 400. These can be said in words instead.
constexpr std::array kLimits = std::to_array<std::string_view>(
    {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength",
     "maxLength", "maxItems", "uniqueItems", "minProperties", "maxProperties", "contains",
     "minContains", "maxContains", "propertyNames"});
// And these change what the schema means.
constexpr std::array kLogic = std::to_array<std::string_view>(
    {"not", "if", "then", "else", "patternProperties", "dependentRequired", "dependentSchemas",
     "dependencies", "unevaluatedProperties", "unevaluatedItems", "additionalItems",
     "prefixItems"});
constexpr std::array kFormats = std::to_array<std::string_view>(
    {"date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"});
constexpr std::array kSchemaMaps =
    std::to_array<std::string_view>({"properties", "$defs", "definitions"});
constexpr std::array kSchemaLists = std::to_array<std::string_view>({"anyOf", "allOf", "oneOf"});

bool is_limit(std::string_view name, Value value) {
  if (name == "format") {
    return !is_one_of(value.escaped(), kFormats);
  }
  if (name == "minItems") {
    return value.as_int().value_or(2) > 1;
  }
  return is_one_of(name, kLimits);
}

bool is_of_objects(Value schema) {
  const Value type = schema.find("type");
  for (const Value one : type.elements()) {
    if (one.says("object")) {
      return true;
    }
  }
  return type.says("object") || (!type.exists() && schema.find("properties").exists());
}

class SchemaWriter {
 public:
  SchemaWriter(AnthropicRendering& rendering, Writer& out) : rendering_(rendering), out_(out) {}

  // The reader bounds how deep this goes.
  void write(Value schema, const Path& path) {
    if (!schema.is_object()) {
      out_.raw(schema.raw());
      return;
    }
    const bool is_object = is_of_objects(schema);
    std::string limits;
    out_.begin_object();
    for (const json::Member member : schema.members()) {
      const std::string_view name = member.name.escaped();
      if (is_limit(name, member.value)) {
        add_limit(member, path, limits);
      } else if (is_one_of(name, kLogic)) {
        rendering_.note(kSchemaDropped, path.member(name));
      } else if (name != "description" && name != "additionalProperties") {
        write_member(member, path);
      }
    }
    write_description(schema.find("description"), limits);
    write_closing(schema.find("additionalProperties"), is_object, path);
    out_.end_object();
  }

 private:
  void add_limit(json::Member member, const Path& path, std::string& limits) {
    const std::string_view name = member.name.escaped();
    rendering_.note(kSchemaKeyword, path.member(name));
    limits += limits.empty() ? "" : ", ";
    json::append_escaped(limits, name);
    limits += ": ";
    json::append_escaped(limits, member.value.raw());
  }

  void write_member(json::Member member, const Path& path) {
    const std::string_view name = member.name.escaped();
    const Path inside = path.member(name);
    if (is_one_of(name, kSchemaMaps) && member.value.is_object()) {
      out_.raw_key(member.name.raw()).begin_object();
      for (const json::Member entry : member.value.members()) {
        out_.raw_key(entry.name.raw());
        write(entry.value, inside.member(entry.name.escaped()));
      }
      out_.end_object();
    } else if (is_one_of(name, kSchemaLists) && member.value.is_array()) {
      if (name == "oneOf") {
        rendering_.note(kSchemaOneOf, inside);
      }
      out_.escaped_key(name == "oneOf" ? std::string_view("anyOf") : name).begin_array();
      std::size_t index = 0;
      for (const Value entry : member.value.elements()) {
        write(entry, inside.element(index++));
      }
      out_.end_array();
    } else if (name == "items") {
      out_.escaped_key("items");
      write(member.value, inside);
    } else {
      out_.raw_key(member.name.raw()).raw(member.value.raw());
    }
  }

  void write_description(Value description, const std::string& limits) {
    if (limits.empty()) {
      if (description.exists()) {
        out_.escaped_key("description").raw(description.raw());
      }
      return;
    }
    std::string text(description.escaped());
    text += text.empty() ? "" : "\\n\\n";
    text += "{" + limits + "}";
    out_.escaped_key("description").escaped(text);
  }

  void write_closing(Value additional, bool is_object, const Path& path) {
    if (!is_object) {
      if (additional.exists()) {
        out_.escaped_key("additionalProperties").raw(additional.raw());
      }
      return;
    }
    out_.escaped_key("additionalProperties").boolean(false);
    if (additional.as_bool().value_or(true)) {
      rendering_.note(additional.exists() ? kSchemaClosedNow : kSchemaClosed,
                      path.member("additionalProperties"));
    }
  }

  AnthropicRendering& rendering_;
  Writer& out_;
};

}  // namespace

void write_anthropic_schema(Value schema, const Path& path, AnthropicRendering& rendering,
                            Writer& out) {
  SchemaWriter(rendering, out).write(schema, path);
}

}  // namespace llmgate::wire
