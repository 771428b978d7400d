#include "wire/anthropic/output.h"

#include "json/path.h"
#include "wire/anthropic/schema.h"

namespace llmgate::wire {
namespace {

using json::Path;
using json::Value;
using enum AnthropicRule;

const Path kFormat("$.response_format");

bool is_of_object(Value schema) {
  return schema.find("type").says("object") ||
         (!schema.find("type").exists() && schema.find("properties").is_object());
}

}  // namespace

AnthropicOutput::AnthropicOutput(Value response_format, const ToolFields& tools,
                                 AnthropicRendering& rendering)
    : rendering_(rendering) {
  const Value type = response_format.find("type");
  const Value schema = response_format.find("json_schema").find("schema");
  if (!response_format.exists() || response_format.is_null()) {
    return;
  }
  if (rendering.is_verbatim() && schema.exists()) {
    native_schema_ = schema;
    is_old_name_ = rendering.form_of(response_format).find("old_name").exists();
  } else if (type.says("text")) {
    rendering.note(kDefaultValue, kFormat);
  } else if (type.says("json_schema") && schema.is_object()) {
    choose(schema, tools);
  } else if (type.says("json_object") || type.says("json_schema")) {
    rendering.note(kFormatObject, kFormat);
    instruction_ = "Answer with one JSON object and with nothing else.";
  } else {
    rendering.note(kFormatDropped, kFormat);
  }
  if (response_format.find("json_schema").find("description").is_string()) {
    rendering.note(kFormatDescription, kFormat.member("json_schema").member("description"));
  }
}

void AnthropicOutput::choose(Value schema, const ToolFields& tools) {
  const ClaudeModel& model = rendering_.model();
  if (model.has_schema_output) {
    rendering_.note(kFormatNative, kFormat);
    native_schema_ = schema;
  } else if (model.takes_forced_tool && !tools.is_thinking && !has_tools(tools) &&
             is_of_object(schema)) {
    rendering_.note(kFormatTool, kFormat);
    tool_schema_ = schema;
  } else {
    rendering_.note(kFormatInstruction, kFormat);
    instruction_ =
        "Answer with one JSON value that fits this JSON schema, and with nothing else:\n" +
        std::string(schema.raw());
  }
}

void AnthropicOutput::write_format(json::Writer& out) const {
  out.begin_object().escaped_key("type").escaped("json_schema").escaped_key("schema");
  if (rendering_.is_verbatim()) {
    out.raw(native_schema_.raw());
  } else {
    const Path wrapper = kFormat.member("json_schema");
    write_anthropic_schema(native_schema_, wrapper.member("schema"), rendering_, out);
  }
  out.end_object();
}

void AnthropicOutput::write(Value own, std::string_view effort, json::Writer& out) const {
  if (is_old_name_) {
    write_format(out.escaped_key("output_format"));
  }
  const bool adds_effort = !effort.empty() && !own.find("effort").exists();
  const bool adds_format = native_schema_.exists() && !is_old_name_ && !own.find("format").exists();
  if (!own.is_object() && !adds_effort && !adds_format) {
    return;
  }
  out.escaped_key("output_config").begin_object();
  for (const json::Member member : own.members()) {
    out.raw_key(member.name.raw()).raw(member.value.raw());
  }
  if (adds_effort) {
    out.escaped_key("effort").escaped(effort);
  }
  if (adds_format) {
    write_format(out.escaped_key("format"));
  }
  out.end_object();
}

}  // namespace llmgate::wire
