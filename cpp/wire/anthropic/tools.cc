#include "wire/anthropic/tools.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "chat/replay.h"
#include "wire/anthropic/content.h"
#include "wire/anthropic/schema.h"

namespace llmgate::wire {
namespace {

using json::Path;
using json::Value;
using json::Writer;
using enum AnthropicRule;

// Anthropic API reference, "Create a Message", `tools`, read 2026-11: what each type begins with.
constexpr std::array kServerTools = std::to_array<std::string_view>(
    {"web_search_20", "web_fetch_20", "code_execution_20", "bash_20", "text_editor_20",
     "computer_20", "memory_20", "tool_search_tool_", "advisor_20", "mcp_toolset"});

bool is_server_tool(std::string_view type) {
  return std::any_of(kServerTools.begin(), kServerTools.end(),
                     [type](std::string_view prefix) { return type.starts_with(prefix); });
}

bool is_web_search(Value tool) { return tool.find("type").escaped().starts_with("web_search_20"); }

class ToolWriter {
 public:
  ToolWriter(AnthropicRendering& rendering, Writer& out) : rendering_(rendering), out_(out) {}

  void write(Value tool, const Path& path) {
    const Value type = tool.find("type");
    const Value function = tool.find("function");
    if (function.is_object() && (!type.is_string() || type.says("function"))) {
      write_function(tool, function, path);
    } else if (tool.find("custom").is_object() && type.says("custom")) {
      write_custom(tool.find("custom"), path.member("custom"));
    } else if (!type.is_string() && !tool.find("name").is_string()) {
      rendering_.note(kForeignTool, path);
    } else {
      if (!is_server_tool(type.escaped()) && !tool.find("input_schema").exists()) {
        rendering_.note(kUnknownTool, path.member("type"));
      }
      rendering_.splice_object(tool, path, out_);
    }
  }

  // A deprecated function, or a tool's: the same members.
  void write_function_object(Value function, const Path& path) {
    const bool is_strict = function.find("strict").as_bool().value_or(false);
    for (const json::Member member : function.members()) {
      const std::string_view name = member.name.escaped();
      if (name == "parameters") {
        write_schema(member.value, is_strict, path.member(name));
      } else if (name == "strict") {
        write_strict(member.value, path.member(name));
      } else if (!member.value.is_null() || rendering_.is_verbatim()) {
        rendering_.splice(member, path, out_);
      }
    }
    if (!function.find("parameters").exists() && !rendering_.is_verbatim()) {
      write_empty_schema(path.member("parameters"));
    }
  }

 private:
  void write_function(Value tool, Value function, const Path& path) {
    out_.begin_object();
    if (const Value type = rendering_.form_of(tool).find("type"); type.exists()) {
      out_.escaped_key("type").raw(type.raw());
    }
    write_function_object(function, path.member("function"));
    for (const json::Member member : tool.members()) {
      const std::string_view name = member.name.escaped();
      if (name != "type" && name != "function" &&
          (!member.value.is_null() || rendering_.is_verbatim())) {
        rendering_.splice(member, path, out_);
      }
    }
    out_.end_object();
  }

  // A tool that takes one text, as OpenAI's custom tools do.
  void write_custom(Value custom, const Path& path) {
    rendering_.note(kCustomTool, path);
    if (!custom.find("name").is_string()) {
      rendering_.refuse(path.member("name"), "accepted: the tool's name, a string");
    }
    if (custom.find("format").exists() && !custom.find("format").find("type").says("text")) {
      rendering_.note(kCustomToolFormat, path.member("format"));
    }
    out_.begin_object().escaped_key("name").escaped(custom.find("name").escaped());
    if (const Value description = custom.find("description"); description.is_string()) {
      out_.escaped_key("description").raw(description.raw());
    }
    out_.escaped_key("input_schema")
        .raw(R"({"type":"object","properties":{"input":{"type":"string"}},"required":["input"]})");
    out_.end_object();
  }

  void write_empty_schema(const Path& path) {
    rendering_.note(kToolSchemaAdded, path);
    out_.escaped_key("input_schema").raw(R"({"type":"object","properties":{}})");
  }

  void write_schema(Value schema, bool is_strict, const Path& path) {
    if (rendering_.is_verbatim()) {
      out_.escaped_key("input_schema").raw(schema.raw());
    } else if (!schema.is_object()) {
      write_empty_schema(path);
    } else if (is_strict && rendering_.model().has_schema_output) {
      write_anthropic_schema(schema, path, rendering_, out_.escaped_key("input_schema"));
    } else if (schema.find("type").exists()) {
      out_.escaped_key("input_schema").raw(schema.raw());
    } else {
      rendering_.note(kToolSchemaType, path.member("type"));
      out_.escaped_key("input_schema").begin_object().escaped_key("type").escaped("object");
      for (const json::Member member : schema.members()) {
        out_.raw_key(member.name.raw()).raw(member.value.raw());
      }
      out_.end_object();
    }
  }

  void write_strict(Value strict, const Path& path) {
    if (rendering_.is_verbatim() || (rendering_.model().has_schema_output && !strict.is_null())) {
      out_.escaped_key("strict").raw(strict.raw());
    } else if (strict.as_bool().value_or(false)) {
      rendering_.note(kStrictDropped, path);
    }
  }

  AnthropicRendering& rendering_;
  Writer& out_;
};

// {"search_context_size", "user_location": {"type": "approximate", "approximate": {...}}}
void write_web_search(Value options, AnthropicRendering& rendering, Writer& out) {
  const Path path("$.web_search_options");
  rendering.note(kWebSearch, path);
  out.begin_object().escaped_key("type").escaped("web_search_20250305");
  out.escaped_key("name").escaped("web_search");
  for (const json::Member member : options.members()) {
    const std::string_view name = member.name.escaped();
    if (name == "search_context_size") {
      constexpr std::int64_t kFew = 1;
      constexpr std::int64_t kSome = 5;
      constexpr std::int64_t kMany = 10;
      rendering.note(kWebSearchSize, path.member(name));
      out.escaped_key("max_uses")
          .number(member.value.says("low")    ? kFew
                  : member.value.says("high") ? kMany
                                              : kSome);
    } else if (name == "user_location" && member.value.is_object()) {
      const Value place = member.value.find("approximate");
      out.escaped_key("user_location").begin_object();
      out.escaped_key("type").escaped("approximate");
      for (const json::Member part : (place.is_object() ? place : member.value).members()) {
        if (!part.name.says("type")) {
          out.raw_key(part.name.raw()).raw(part.value.raw());
        }
      }
      out.end_object();
    } else if (!member.value.is_null()) {
      rendering.note(kWebSearchOption, path.member(name));
    }
  }
  out.end_object();
}

void write_structured_tool(Value schema, Writer& out) {
  out.begin_object().escaped_key("name").escaped(kStructuredTool);
  out.escaped_key("description").escaped("Give the answer by calling this tool, once.");
  out.escaped_key("input_schema").raw(schema.raw()).end_object();
}

class ChoiceWriter {
 public:
  ChoiceWriter(const ToolFields& fields, AnthropicRendering& rendering, Writer& out)
      : fields_(fields), rendering_(rendering), out_(out) {}

  void write() {
    if (fields_.structured_schema.exists()) {
      out_.escaped_key("tool_choice").begin_object().escaped_key("type").escaped("tool");
      out_.escaped_key("name").escaped(kStructuredTool).end_object();
      return;
    }
    const bool is_old = !fields_.tool_choice.exists() && fields_.function_call.exists();
    choice_ = is_old ? fields_.function_call : fields_.tool_choice;
    path_ = is_old ? Path("$.function_call") : Path("$.tool_choice");
    if (is_old && !choice_.is_null()) {
      rendering_.note(kFunctionChoice, path_);
    }
    if (choice_.is_null()) {
      choice_ = Value();
    }
    write_choice();
  }

 private:
  void write_choice() {
    const Value type = choice_.find("type");
    if (!has_tools(fields_) && !rendering_.is_verbatim()) {
      note_alone();
    } else if (choice_.says("none")) {
      write("none", {});
    } else if (choice_.says("auto")) {
      write("auto", {});
    } else if (choice_.says("required") || choice_.says("any")) {
      write_forced("any", {});
    } else if (type.says("function")) {
      write_forced("tool", choice_.find("function").find("name"));
    } else if (type.says("custom")) {
      write_forced("tool", choice_.find("custom").find("name"));
    } else if (type.says("allowed_tools")) {
      const Value allowed = choice_.find("allowed_tools");
      rendering_.note(kToolChoiceSubset, path_);
      allowed.find("mode").says("required") ? write_forced("any", {}) : write("auto", {});
    } else if (choice_.is_object() && !type.exists()) {
      write_forced("tool", choice_.find("name"));  // function_call's
    } else if (choice_.is_object()) {
      write_own(type.says("any") || type.says("tool"));
    } else if (choice_.exists()) {
      rendering_.refuse(path_,
                        "accepted: \"auto\", \"none\", \"required\" or {\"type\": "
                        "\"function\", \"function\": {\"name\": ...}}");
    } else if (is_serial()) {
      write("auto", {});
    } else if (fields_.parallel_tool_calls.exists()) {
      rendering_.note(kParallelDefault, "$.parallel_tool_calls");
    }
  }

  [[nodiscard]] bool is_serial() const {
    return !fields_.parallel_tool_calls.as_bool().value_or(true);
  }

  void note_alone() {
    if (choice_.exists()) {
      rendering_.note(kToolChoiceAlone, path_);
    }
    if (fields_.parallel_tool_calls.is_bool()) {
      rendering_.note(kParallelAlone, "$.parallel_tool_calls");
    }
  }

  // Whether a forced tool has to be left to the model; noted.
  bool is_freed() {
    if (rendering_.is_verbatim()) {
      return false;
    }
    if (!rendering_.model().takes_forced_tool) {
      rendering_.note(kToolChoiceNever, path_);
      return true;
    }
    if (fields_.is_thinking) {
      rendering_.note(kToolChoiceForced, path_);
    }
    return fields_.is_thinking;
  }

  void write_forced(std::string_view type, Value name) {
    is_freed() ? write("auto", {}) : write(type, name);
  }

  void write(std::string_view type, Value name) {
    out_.escaped_key("tool_choice").begin_object().escaped_key("type").escaped(type);
    if (name.exists()) {
      out_.escaped_key("name").raw(name.raw());
    }
    write_parallel(type);
    out_.end_object();
  }

  void write_parallel(std::string_view type) {
    const auto parallel = fields_.parallel_tool_calls.as_bool();
    if (!parallel) {
      return;
    }
    if (type == "none") {
      rendering_.note(kParallelDefault, "$.parallel_tool_calls");
      return;
    }
    rendering_.note(kParallel, "$.parallel_tool_calls");
    out_.escaped_key("disable_parallel_tool_use").boolean(!*parallel);
  }

  // Anthropic's own object.
  void write_own(bool is_forced) {
    if (is_forced && is_freed()) {
      write("auto", {});
      return;
    }
    out_.escaped_key("tool_choice").begin_object();
    for (const json::Member member : choice_.members()) {
      rendering_.splice(member, path_, out_);
    }
    if (!choice_.find("disable_parallel_tool_use").exists()) {
      write_parallel(choice_.find("type").escaped());
    }
    out_.end_object();
  }

  const ToolFields& fields_;
  AnthropicRendering& rendering_;
  Writer& out_;
  Value choice_;
  Path path_ = "$.tool_choice";
};

bool is_sendable_tool(Value tool) {
  return tool.find("type").is_string() || tool.find("function").is_object() ||
         tool.find("name").is_string();
}

}  // namespace

bool has_tools(const ToolFields& fields) {
  const auto tools = fields.tools.elements();
  for (const Value tool : tools) {
    if (is_sendable_tool(tool)) {
      return true;
    }
  }
  return fields.functions.size() > 0 || fields.web_search_options.is_object();
}

void write_anthropic_tools(const ToolFields& fields, AnthropicRendering& rendering, Writer& out) {
  if (has_tools(fields) || fields.structured_schema.exists() ||
      (fields.tools.is_array() && (rendering.is_verbatim() || fields.tools.size() > 0))) {
    const Path tools("$.tools");
    ToolWriter writer(rendering, out);
    out.escaped_key("tools").begin_array();
    std::size_t index = 0;
    bool has_search = false;
    for (const Value tool : fields.tools.elements()) {
      writer.write(tool, tools.element(index++));
      has_search |= is_web_search(tool);
    }
    index = 0;
    if (fields.functions.size() > 0) {
      rendering.note(kFunctions, "$.functions");
    }
    const Path functions("$.functions");
    for (const Value function : fields.functions.elements()) {
      out.begin_object();
      writer.write_function_object(function, functions.element(index++));
      out.end_object();
    }
    if (fields.web_search_options.is_object()) {
      has_search ? rendering.note(kWebSearchTwice, "$.web_search_options")
                 : write_web_search(fields.web_search_options, rendering, out);
    }
    if (fields.structured_schema.exists()) {
      write_structured_tool(fields.structured_schema, out);
    }
    out.end_array();
  }
  ChoiceWriter(fields, rendering, out).write();
}

}  // namespace llmgate::wire
