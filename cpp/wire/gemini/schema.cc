#include "wire/gemini/schema.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "wire/gemini/conversions.h"

namespace llmgate::wire {
namespace {

using json::Member;
using json::Path;
using json::Value;
using json::Writer;

// What a member of a schema holds.
enum class Inside { kPlain, kSchema, kSchemas, kSchemasByName };

Inside inside_of(std::string_view name, Value value) {
  constexpr std::array kMaps = std::to_array<std::string_view>(
      {"properties", "$defs", "definitions", "defs", "patternProperties"});
  constexpr std::array kLists =
      std::to_array<std::string_view>({"anyOf", "oneOf", "allOf", "prefixItems", "any_of"});
  constexpr std::array kOne = std::to_array<std::string_view>(
      {"items", "additionalProperties", "not", "contains", "additional_properties"});
  if (!value.is_object() && !value.is_array()) {
    return Inside::kPlain;
  }
  const auto has = [name](const auto& names) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (value.is_object() && has(kMaps)) {
    return Inside::kSchemasByName;
  }
  if (value.is_array() && (has(kLists) || name == "items")) {
    return Inside::kSchemas;
  }
  return value.is_object() && has(kOne) ? Inside::kSchema : Inside::kPlain;
}

// Walks a schema and writes it again. Recursion is bounded by the reader's depth limit.
class SchemaWriter {
 public:
  explicit SchemaWriter(Writer& out) : out_(out) {}
  virtual ~SchemaWriter() = default;

  void write(Value schema, const Path& path) {
    if (!schema.is_object()) {
      out_.raw(schema.raw());
      return;
    }
    out_.begin_object();
    for (const Member member : schema.members()) {
      const std::string_view name = member.name.escaped();
      const Path inside = path.member(name);
      if (write_own(schema, member, inside)) {
        continue;
      }
      out_.raw_key(member.name.raw());
      write_inside(inside_of(name, member.value), member.value, inside);
    }
    out_.end_object();
  }

 protected:
  // Whether the member has been dealt with.
  virtual bool write_own(Value schema, Member member, const Path& path) = 0;

  Writer& out_;

 private:
  void write_inside(Inside kind, Value value, const Path& path) {
    switch (kind) {
      case Inside::kPlain:
        out_.raw(value.raw());
        return;
      case Inside::kSchema:
        write(value, path);
        return;
      case Inside::kSchemas: {
        out_.begin_array();
        std::size_t index = 0;
        for (const Value schema : value.elements()) {
          write(schema, path.element(index++));
        }
        out_.end_array();
        return;
      }
      case Inside::kSchemasByName:
        out_.begin_object();
        for (const Member member : value.members()) {
          out_.raw_key(member.name.raw());
          write(member.value, path.member(member.name.escaped()));
        }
        out_.end_object();
    }
  }
};

class ReferenceWriter final : public SchemaWriter {
 public:
  ReferenceWriter(Writer& out, chat::Dispositions& dispositions)
      : SchemaWriter(out), dispositions_(dispositions) {}

 private:
  bool write_own(Value schema, Member member, const Path& path) override {
    if (member.name.escaped().starts_with('$') || !schema.find("$ref").is_string()) {
      return false;
    }
    note_gemini("tools[].function.parameters.$ref", path, dispositions_);
    return true;
  }

  chat::Dispositions& dispositions_;
};

constexpr std::array kTypeNames = std::to_array<std::string_view>(
    {"", "string", "number", "integer", "boolean", "array", "object", "null"});

std::string_view lower_type(Value type) {
  if (const auto number = type.as_int()) {
    return *number > 0 && *number < static_cast<std::int64_t>(kTypeNames.size())
               ? kTypeNames[static_cast<std::size_t>(*number)]
               : "";
  }
  const std::string_view said = type.escaped();
  for (const std::string_view name : kTypeNames) {
    if (name.size() == said.size() && name == said) {
      return name;
    }
  }
  for (const std::string_view name : kTypeNames) {
    const bool is_it = !name.empty() && said.size() == name.size() &&
                       std::equal(said.begin(), said.end(), name.begin(), [](char a, char b) {
                         return a == b || a == static_cast<char>(b - 'a' + 'A');
                       });
    if (is_it) {
      return name;
    }
  }
  return "";
}

// What LowerWriter would make of a type, if that is anything else.
struct Lowered {
  bool is_changed = false;
  std::string_view word;  // empty: nothing
};

Lowered lower_type_of(Value type) {
  if (!type.is_string() && !type.is_number()) {
    return {};
  }
  const std::string_view lower = lower_type(type);
  return {lower.empty() || !type.says(lower), lower};
}

// Most schemas have been written in small letters: those need not be written again.
bool has_types_to_lower(Value schema) {
  for (const Member member : schema.members()) {
    const std::string_view name = member.name.escaped();
    if (member.name.says("type") && lower_type_of(member.value).is_changed) {
      return true;
    }
    const Inside inside = inside_of(name, member.value);
    if (inside == Inside::kSchema && has_types_to_lower(member.value)) {
      return true;
    }
    if (inside == Inside::kSchemas || inside == Inside::kSchemasByName) {
      for (const Value element : member.value.elements()) {
        if (has_types_to_lower(element)) {
          return true;
        }
      }
      for (const Member named : member.value.members()) {
        if (has_types_to_lower(named.value)) {
          return true;
        }
      }
    }
  }
  return false;
}

class LowerWriter final : public SchemaWriter {
 public:
  explicit LowerWriter(Writer& out) : SchemaWriter(out) {}

 private:
  bool write_own(Value /*schema*/, Member member, const Path& /*path*/) override {
    if (!member.name.says("type")) {
      return false;
    }
    const Lowered lowered = lower_type_of(member.value);
    if (lowered.is_changed && !lowered.word.empty()) {  // "TYPE_UNSPECIFIED" says nothing
      out_.escaped_key("type").escaped(lowered.word);
    }
    return lowered.is_changed;
  }
};

}  // namespace

void write_gemini_schema(Value schema, const Path& path, Writer& out,
                         chat::Dispositions& dispositions) {
  if (!mentions_reference(schema)) {
    out.raw(schema.raw());
    return;
  }
  ReferenceWriter(out, dispositions).write(schema, path);
}

// Looks for the dollar sign: quotes are everywhere.
bool mentions_reference(Value schema) {
  constexpr std::string_view kReference = "$ref\"";
  const std::string_view text = schema.raw();
  std::size_t at = text.find(kReference);
  while (at != std::string_view::npos && text[at - 1] != '"') {
    at = text.find(kReference, at + 1);
  }
  return at != std::string_view::npos;
}

bool lower_gemini_schema(Value schema, std::string& lowered) {
  if (!has_types_to_lower(schema)) {
    return false;
  }
  lowered.clear();
  Writer out(lowered);
  LowerWriter(out).write(schema, "$");
  return true;
}

}  // namespace llmgate::wire
