#include "tokens/tool_text.h"

#include <cstddef>

namespace llmgate::tokens {
namespace {

constexpr int kDeepest = 32;  // schemas nested deeper are shown as `any`

void append_type(std::string& out, json::Value schema, int depth);

void append_comment(std::string& out, json::Value owner, const std::string& indent) {
  const std::string text = owner.find("description").unescaped();
  if (!text.empty()) {
    out += indent + "// " + text + "\n";
  }
}

void append_members(std::string& out, json::Value schema, int depth) {
  const std::string indent(static_cast<std::size_t>(depth) * 2, ' ');
  for (const json::Member member : schema.find("properties").members()) {
    append_comment(out, member.value, indent);
    const std::string name = member.name.unescaped();
    bool is_required = false;
    for (const json::Value required : schema.find("required").elements()) {
      is_required = is_required || required.says(name);
    }
    out += indent + name + (is_required ? ": " : "?: ");
    append_type(out, member.value, depth);
    out += ",\n";
  }
}

bool append_choices(std::string& out, json::Value schema, int depth) {
  const char* separator = "";
  for (const json::Value choice : schema.find("enum").elements()) {
    out += separator;
    out += '"' + (choice.is_string() ? choice.unescaped() : std::string(choice.raw())) + '"';
    separator = " | ";
  }
  for (const char* name : {"anyOf", "oneOf"}) {
    for (const json::Value choice : schema.find(name).elements()) {
      out += separator;
      append_type(out, choice, depth + 1);
      separator = " | ";
    }
  }
  return *separator != '\0';
}

void append_type(std::string& out, json::Value schema, int depth) {
  if (depth > kDeepest) {
    out += "any";
    return;
  }
  if (append_choices(out, schema, depth)) {
    return;
  }
  const json::Value type = schema.find("type");
  if (type.says("integer") || type.says("number")) {
    out += "number";
  } else if (type.says("string") || type.says("boolean") || type.says("null")) {
    out += type.unescaped();
  } else if (type.says("array")) {
    if (schema.find("items").exists()) {
      append_type(out, schema.find("items"), depth + 1);
    } else {
      out += "any";
    }
    out += "[]";
  } else if (type.says("object") && schema.find("properties").size() > 0) {
    out += "{\n";
    append_members(out, schema, depth + 1);
    out += "}";
  } else {
    out += type.says("object") ? "object" : "any";
  }
}

}  // namespace

std::string tool_text(json::Value tools) {
  std::string out = "namespace functions {\n\n";
  for (const json::Value tool : tools.elements()) {
    const json::Value function =
        tool.find("function").exists() ? tool.find("function") : tool.find("custom");
    if (!function.is_object()) {
      continue;
    }
    append_comment(out, function, "");
    out += "type " + function.find("name").unescaped() + " = ";
    if (function.find("parameters").find("properties").size() > 0) {
      out += "(_: {\n";
      append_members(out, function.find("parameters"), 0);
      out += "}) => any;\n\n";
    } else {
      out += "() => any;\n\n";
    }
  }
  return out + "} // namespace functions";
}

}  // namespace llmgate::tokens
