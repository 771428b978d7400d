#include "wire/anthropic/assistant.h"

#include <algorithm>
#include <string_view>

#include "chat/replay.h"
#include "wire/anthropic/parts.h"
#include "wire/tool_ids.h"

namespace llmgate::wire {
namespace {

using json::Path;
using json::Value;
using json::Writer;
using enum AnthropicRule;

bool is_given(Value value) {
  return value.exists() && !value.is_null() && !(value.is_array() && value.size() == 0) &&
         !(value.is_string() && value.escaped().empty());
}

// Without the white space at its end, which Anthropic refuses in the text that it is to continue.
std::string_view trimmed(std::string_view escaped) {
  for (;;) {
    const std::size_t size = escaped.size();
    if (size > 0 && escaped.back() == ' ') {
      escaped.remove_suffix(1);
      continue;
    }
    constexpr std::string_view kEscapes = "nrt";
    if (size < 2 || kEscapes.find(escaped.back()) == std::string_view::npos) {
      return escaped;
    }
    const std::size_t before = escaped.find_last_not_of('\\', size - 2);
    const std::size_t backslashes = size - 2 - (before == std::string_view::npos ? -1 : before);
    if (backslashes % 2 == 0) {  // the last one is itself escaped, or there is none
      return escaped;
    }
    escaped.remove_suffix(2);
  }
}

class AssistantWriter {
 public:
  AssistantWriter(const Message& message, bool is_last, const Path& path,
                  AnthropicRendering& rendering, Writer& out)
      : message_(message),
        is_last_(is_last),
        value_(message.value),
        path_(path),
        rendering_(rendering),
        out_(out),
        cache_control_(value_.find("cache_control")) {}

  void write() {
    note_members();
    out_.begin_array();
    write_thinking_blocks();
    write_content();
    if (const Value refusal = value_.find("refusal"); is_given(refusal)) {
      rendering_.note(kRefusal, path_.member("refusal"));
      write_anthropic_text(refusal.escaped(), {}, path_, rendering_, out_);
    }
    write_calls();
    if (const Value call = value_.find("function_call"); call.is_object()) {
      rendering_.note(kFunctionCall, path_.member("function_call"));
      write_tool_use(function_call_id(message_), call.find("name"), call.find("arguments"),
                     path_.member("function_call").member("arguments"));
      out_.end_object();
    }
    out_.end_array();
  }

 private:
  void note_members() {
    for (const json::Member member : value_.members()) {
      if (is_given(member.value)) {
        note_member(member.name.escaped());
      }
    }
  }

  void note_member(std::string_view name) {
    constexpr std::string_view kRead[] = {"role",          "content",         "tool_calls",
                                          "refusal",       "function_call",   "thinking_blocks",
                                          "cache_control", chat::kFormMember, chat::kReplayMember};
    if (std::find(std::begin(kRead), std::end(kRead), name) != std::end(kRead)) {
      return;
    }
    if (name == "name") {
      rendering_.note(kMessageName, path_.member(name));
    } else if (message_.is_foreign) {
      return;  // told already, as what its issuer said
    } else if (name == "reasoning_content" || name == "reasoning" || name == "reasoning_details") {
      if (!value_.find("thinking_blocks").is_array()) {
        rendering_.note(kReasoning, path_.member(name));
      }
    } else if (name == "annotations") {
      rendering_.note(kAnnotations, path_.member(name));
    } else if (name == "audio") {
      rendering_.note(kAudioAnswer, path_.member(name));
    } else {
      rendering_.note(kMessageMember, path_.member(name));
    }
  }

  // LiteLLM's name for Anthropic's own blocks, signatures included.
  void write_thinking_blocks() {
    const Value blocks = value_.find("thinking_blocks");
    const Path path = path_.member("thinking_blocks");
    if (blocks.is_array() && blocks.size() > 0) {
      rendering_.note(kThinkingBlocks, path);
    }
    for (const Value block : blocks.elements()) {
      if (block.is_object()) {
        rendering_.splice_object(block, path, out_);
      }
    }
  }

  void write_content() {
    const Value content = value_.find("content");
    const Path path = path_.member("content");
    if (content.is_string()) {
      std::string_view text = content.escaped();
      if (is_last_ && !rendering_.is_verbatim() && text != trimmed(text)) {
        text = trimmed(text);
        rendering_.note(kPrefillTrimmed, path);
      }
      if (!text.empty()) {
        write_anthropic_text(text, cache_control_, path_, rendering_, out_);
      }
      return;
    }
    std::size_t index = 0;
    for (const Value part : content.elements()) {
      const bool is_last = index + 1 == content.size();
      write_anthropic_part(part, path.element(index), is_last ? cache_control_ : Value(),
                           rendering_, out_);
      ++index;
    }
  }

  void write_calls() {
    std::size_t index = 0;
    const Path path = path_.member("tool_calls");
    for (const Value call : value_.find("tool_calls").elements()) {
      write_call(call, path.element(index++));
    }
  }

  void write_call(Value call, const Path& path) {
    const std::string_view sent_id = call.find("id").escaped();
    const std::string id = rendering_.id_of(sent_id);
    if (id != sent_id) {
      rendering_.note(kCallId, path.member("id"), id);
    }
    const Value custom = call.find("custom");
    if (custom.is_object()) {
      rendering_.note(kCustomCall, path.member("custom"));
      begin_tool_use(id, custom.find("name"));
      out_.begin_object().escaped_key("input").escaped(custom.find("input").escaped()).end_object();
    } else {
      const Value function = call.find("function");
      if (!function.is_object()) {
        rendering_.refuse(path,
                          "a call of a type that Anthropic does not know; accepted: "
                          "\"function\" and \"custom\"");
      }
      write_tool_use(id, function.find("name"), function.find("arguments"),
                     path.member("function").member("arguments"));
    }
    for (const json::Member member : call.members()) {
      write_call_member(member, path);
    }
    out_.end_object();
  }

  void write_call_member(json::Member member, const Path& path) {
    const std::string_view name = member.name.escaped();
    const bool is_own = name == "cache_control" || name == "caller" || rendering_.is_verbatim();
    if (name == "id" || name == "type" || name == "function" || name == "custom" ||
        member.value.is_null()) {
      return;
    }
    if (is_own) {
      rendering_.splice(member, path, out_);
    } else if (name == "index") {  // what accumulated deltas leave behind
      rendering_.note(kDefaultValue, path.member(name));
    } else {
      rendering_.note(kMessageMember, path.member(name));
    }
  }

  void begin_tool_use(std::string_view id, Value name) {
    out_.begin_object().escaped_key("type").escaped("tool_use").escaped_key("id").escaped(id);
    out_.escaped_key("name").escaped(name.escaped()).escaped_key("input");
  }

  // Leaves the block open for members of its own.
  void write_tool_use(std::string_view id, Value name, Value arguments, const Path& path) {
    begin_tool_use(id, name);
    std::string storage;
    const std::string_view text = arguments.unescaped(storage);
    json::Document document;
    if (text.empty()) {
      out_.begin_object().end_object();
    } else if (!document.read(text, kReplyLimits) &&
               (document.root().is_object() || rendering_.is_verbatim())) {
      out_.raw(document.root().raw());
    } else {
      rendering_.note(kArguments, path);
      out_.begin_object().escaped_key("INVALID_JSON").escaped(arguments.escaped()).end_object();
    }
  }

  const Message& message_;
  bool is_last_;
  Value value_;
  const Path& path_;
  AnthropicRendering& rendering_;
  Writer& out_;
  Value cache_control_;
};

}  // namespace

bool is_empty_assistant(const Message& message, const AnthropicRendering& rendering) {
  if (message.native.exists() || rendering.is_verbatim()) {
    return false;
  }
  const Value content = message.content;
  for (const Value part : content.elements()) {
    if (is_sendable_part(part, rendering)) {
      return false;
    }
  }
  return content.escaped().empty() && message.value.find("refusal").escaped().empty() &&
         message.value.find("tool_calls").size() == 0 &&
         message.value.find("thinking_blocks").size() == 0 &&
         !message.value.find("function_call").is_object();
}

void write_anthropic_assistant(const Message& message, bool is_last, AnthropicRendering& rendering,
                               Writer& out) {
  const Value content = message.content;
  if (message.native.exists()) {
    for (const Value call : message.value.find("tool_calls").elements()) {
      if (const std::string_view id = call.find("id").escaped(); !is_portable_id(id)) {
        rendering.keep_id(id);
      }
    }
    out.raw(message.native.raw());
  } else if (content.is_string() && rendering.form_of(message.value).find("string").exists()) {
    out.raw(content.raw());
  } else {
    const Path messages("$.messages");
    const Path path = messages.element(message.index);
    AssistantWriter(message, is_last, path, rendering, out).write();
  }
}

bool begins_with_thinking(const Message& message) {
  const Value first =
      (message.native.exists() ? message.native : message.value.find("thinking_blocks")).at(0);
  return first.find("type").says("thinking") || first.find("type").says("redacted_thinking");
}

std::string function_call_id(const Message& message) {
  const Value call = message.value.find("function_call");
  return invented_id({}, 0, static_cast<std::int64_t>(message.index), call.find("name").escaped(),
                     call.find("arguments").escaped());
}

}  // namespace llmgate::wire
