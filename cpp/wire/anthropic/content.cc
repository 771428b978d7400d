#include "wire/anthropic/content.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "chat/replay.h"
#include "chat/usage.h"
#include "json/string_text.h"
#include "json/writer.h"
#include "wire/anthropic/citations.h"
#include "wire/tool_ids.h"

namespace llmgate::wire {
namespace {

using chat::Block;
using chat::BlockKind;
using chat::Choice;
using chat::FinishReason;
using chat::RawMember;
using json::Value;

struct BlockParts {
  Value type;
  Value text;  // of a text
  Value thinking;
  Value id;
  Value name;
  Value input;
};

BlockParts parts_of(Value object) {
  BlockParts parts;
  for (const json::Member member : object.members()) {
    const std::string_view name = member.name.escaped();
    if (name == "type") {
      parts.type = member.value;
    } else if (name == "text") {
      parts.text = member.value;
    } else if (name == "thinking") {
      parts.thinking = member.value;
    } else if (name == "id") {
      parts.id = member.value;
    } else if (name == "name") {
      parts.name = member.value;
    } else if (name == "input") {
      parts.input = member.value;
    }
  }
  return parts;
}

bool is_server_tool(std::string_view type) {
  return type == "server_tool_use" || type == "mcp_tool_use" || type.ends_with("_tool_result");
}

// Keeps every member but the named ones; of several with one name the last, as find() does.
void keep_members(Value object, std::initializer_list<std::string_view> read, Block& block) {
  for (const json::Member member : object.members()) {
    const std::string_view name = member.name.escaped();
    if (std::find(read.begin(), read.end(), name) == read.end()) {
      chat::set_member(block.native, name, member.value.raw());
    }
  }
}

void begin_tool_call(Value object, const BlockParts& parts, bool is_open, Block& block) {
  const bool is_structured = parts.name.says(kStructuredTool);
  block.kind = is_structured ? BlockKind::kText : BlockKind::kToolCall;
  block.member = "content";
  block.type = is_structured ? "text" : "function";
  block.id = parts.id.escaped();
  block.name = parts.name.escaped();
  if (!is_open && parts.input.exists()) {
    json::append_escaped(block.text, parts.input.raw());
  }
  if (!is_structured) {
    keep_members(object, {"type", "id", "name", "input"}, block);
  }
}

void begin_whole(Value object, const BlockParts& parts, bool is_open, Block& block) {
  const std::string_view type = parts.type.escaped();
  block.kind = is_server_tool(type) ? BlockKind::kServerTool : BlockKind::kUnknown;
  block.member = "content";
  block.type = type;
  block.id = parts.id.escaped();
  block.name = parts.name.escaped();
  if (is_open) {
    keep_members(object, {}, block);
  } else {
    block.native.emplace_back("", object.raw());
  }
}

bool is_whole(const Block& block) {
  return block.native.size() == 1 && block.native.front().name.empty();
}

bool says_something(const RawMember& member) { return member.value != "null"; }

bool has_members_of_its_own(const Block& block) {
  return std::any_of(block.native.begin(), block.native.end(), says_something);
}

// Whether an OpenAI-shaped message, with its one text and its calls behind that, says less.
bool is_more_than_shown(const Choice& choice) {
  std::size_t texts = 0;
  bool has_calls = false;
  for (const Block& block : choice.blocks) {
    if (block.kind == BlockKind::kText) {
      if (++texts > 1 || has_calls || has_members_of_its_own(block)) {
        return true;
      }
    } else if (block.kind == BlockKind::kToolCall) {
      has_calls = true;
      if (!is_portable_id(block.id) || has_members_of_its_own(block)) {
        return true;
      }
    } else {
      return true;
    }
  }
  return false;
}

void write_input(const Block& call, json::Writer& out) {
  std::string arguments;
  json::append_unescaped(arguments, call.text);
  json::Document document;
  if (arguments.empty()) {
    out.raw("{}");
  } else if (!document.read(arguments) && document.root().is_object()) {
    out.raw(arguments);
  } else {
    out.begin_object().escaped_key("INVALID_JSON").escaped(call.text).end_object();
  }
}

void write_block(const Block& block, json::Writer& out) {
  if (is_whole(block)) {
    out.raw(block.native.front().value);
    return;
  }
  out.begin_object().escaped_key("type");
  if (block.kind == BlockKind::kToolCall) {
    out.escaped("tool_use").escaped_key("id").escaped(block.id);
    out.escaped_key("name").escaped(block.name);
    write_input(block, out.escaped_key("input"));
  } else {
    out.escaped(block.type);
    if (block.type == "text" || block.type == "thinking") {
      out.escaped_key(block.type).escaped(block.text);
    }
  }
  for (const RawMember& member : block.native) {
    out.escaped_key(member.name).raw(member.value);
  }
  out.end_object();
}

std::string render_content(const Choice& choice) {
  std::string text;
  json::Writer out(text);
  out.begin_array();
  for (const Block& block : choice.blocks) {
    write_block(block, out);
  }
  out.end_array();
  return text;
}

void fill_ids(const chat::Turn& turn, Choice& choice) {
  std::int64_t position = 0;
  for (Block& block : choice.blocks) {
    if (block.kind == BlockKind::kToolCall) {
      block.index = position++;
      if (block.id.empty()) {
        // Without the arguments: a stream shows the id before these have come.
        block.id = invented_id(turn.id, choice.index, block.index, block.name, {});
      }
    }
  }
}

using Count = std::optional<std::int64_t>;

Count sum(Count a, Count b) {
  std::int64_t result = 0;
  if (!a || !b || __builtin_add_overflow(*a, *b, &result)) {
    return std::nullopt;  // counts come from outside
  }
  return result;
}

}  // namespace

bool is_structured_output(const Block& block) {
  return block.kind == BlockKind::kText && block.name == kStructuredTool;
}

Block& add_anthropic_block(Value object, bool is_open, Choice& choice) {
  const BlockParts parts = parts_of(object);
  const std::string_view type = parts.type.escaped();
  Block& block = choice.blocks.emplace_back();
  if (type == "text" && parts.text.is_string()) {
    block.kind = BlockKind::kText;
    block.member = "content";
    block.type = type;
    block.text = parts.text.escaped();
    keep_members(object, {"type", "text"}, block);
  } else if ((type == "thinking" && parts.thinking.is_string()) || type == "redacted_thinking") {
    block.kind = BlockKind::kReasoning;
    block.member = "content";
    block.type = type;
    if (type == "thinking") {
      block.text = parts.thinking.escaped();
      keep_members(object, {"type", "thinking"}, block);
    } else {
      keep_members(object, {"type"}, block);
    }
  } else if (type == "tool_use" && parts.name.is_string()) {
    begin_tool_call(object, parts, is_open, block);
  } else {
    begin_whole(object, parts, is_open, block);
  }
  return block;
}

std::string absorb_anthropic_content(Value content, Choice& choice) {
  if (content.is_string()) {
    Block& block = choice.blocks.emplace_back();
    block.kind = BlockKind::kText;
    block.member = "content";
    block.type = "text";
    block.text = content.escaped();
    return {};
  }
  if (!content.is_array()) {
    return "content is " +
           (content.exists() ? std::string(json::name_of(content.type())) : "missing");
  }
  if (content.size() > kMostAnthropicEntries) {
    return "content has more than " + std::to_string(kMostAnthropicEntries) + " blocks";
  }
  choice.blocks.reserve(choice.blocks.size() + content.size());
  for (const Value object : content.elements()) {
    if (!object.is_object()) {
      return "a content block is " + std::string(json::name_of(object.type()));
    }
    if (object.size() > kMostAnthropicEntries) {
      return "a content block has more than " + std::to_string(kMostAnthropicEntries) + " members";
    }
    add_anthropic_block(object, false, choice);
  }
  return {};
}

void seal_anthropic_choice(const chat::Turn& turn, std::string_view sent, Choice& choice) {
  fill_ids(turn, choice);
  const bool has_structured =
      std::any_of(choice.blocks.begin(), choice.blocks.end(), is_structured_output);
  const bool has_calls =
      std::any_of(choice.blocks.begin(), choice.blocks.end(),
                  [](const Block& block) { return block.kind == BlockKind::kToolCall; });
  if (has_structured && !has_calls && choice.finish == FinishReason::kToolCalls) {
    choice.finish = FinishReason::kStop;
  }
  choice.annotations = render_url_citations(choice);
  if (has_structured || !is_more_than_shown(choice)) {
    return;
  }
  choice.replay.is_needed = true;
  choice.replay.shown = chat::fingerprint_of(choice);
  choice.replay.native = sent.empty() ? render_content(choice) : std::string(sent);
}

FinishReason anthropic_finish(std::string_view word) {
  struct Row {
    std::string_view word;
    FinishReason reason;
  };
  // Anthropic docs, "Handling stop reasons", read 2026-11. pause_turn and compaction ask for a next
  // call: they are none of OpenAI's, and shown by their own names.
  constexpr std::array kRows = std::to_array<Row>({
      {"end_turn", FinishReason::kStop},
      {"tool_use", FinishReason::kToolCalls},
      {"max_tokens", FinishReason::kLength},
      {"stop_sequence", FinishReason::kStop},
      {"refusal", FinishReason::kContentFilter},
      {"model_context_window_exceeded", FinishReason::kLength},
      {"", FinishReason::kNone},
  });
  const auto* row = std::find_if(kRows.begin(), kRows.end(),
                                 [word](const Row& candidate) { return candidate.word == word; });
  return row == kRows.end() ? FinishReason::kUnknown : row->reason;
}

chat::Usage read_anthropic_usage(Value native) {
  chat::Usage usage;
  usage.has_own_names = native.is_object();
  Count input;
  for (const json::Member member : native.members()) {
    const std::string_view name = member.name.escaped();
    if (name == "input_tokens") {
      input = member.value.as_int();
    } else if (name == "output_tokens") {
      usage.completion_tokens = member.value.as_int();
    } else if (name == "cache_read_input_tokens") {
      usage.cached_tokens = member.value.as_int();
    } else if (name == "cache_creation_input_tokens") {
      usage.cache_write_tokens = member.value.as_int();
    } else if (name == "output_tokens_details") {
      usage.reasoning_tokens = member.value.find("thinking_tokens").as_int();
    } else if (chat::is_openai_count(name)) {
      usage.has_own_names = false;
    }
  }
  usage.native = native.raw();
  usage.prompt_tokens =
      sum(sum(input, usage.cached_tokens.value_or(0)), usage.cache_write_tokens.value_or(0));
  usage.total_tokens = sum(usage.prompt_tokens, usage.completion_tokens);
  return usage;
}

}  // namespace llmgate::wire
