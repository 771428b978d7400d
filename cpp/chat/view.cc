#include "chat/view.h"

#include <algorithm>
#include <string_view>

#include "chat/replay.h"
#include "chat/usage.h"
#include "json/writer.h"

namespace llmgate::chat {
namespace {

using json::Writer;

void write_members(const RawMembers& members, Writer& out) {
  for (const RawMember& member : members) {
    out.escaped_key(member.name).raw(member.value);
  }
}

bool has_block(const Choice& choice, BlockKind kind) {
  return std::any_of(choice.blocks.begin(), choice.blocks.end(),
                     [kind](const Block& block) { return block.kind == kind; });
}

// The texts of all blocks of one kind, joined as they stand.
std::string joined_text(const Choice& choice, BlockKind kind) {
  std::string text;
  for (const Block& block : choice.blocks) {
    if (block.kind == kind) {
      text += block.text;
    }
  }
  return text;
}

// The same as a value. Most choices have one block of a kind, which is not joined to anything.
void write_joined(const Choice& choice, BlockKind kind, Writer& out) {
  const Block* only = nullptr;
  for (const Block& block : choice.blocks) {
    if (block.kind != kind) {
      continue;
    }
    if (only != nullptr) {
      out.escaped(joined_text(choice, kind));
      return;
    }
    only = &block;
  }
  if (only != nullptr) {
    out.escaped(only->text);
  } else {
    out.null();
  }
}

void write_reasoning(const Choice& choice, Writer& out) {
  if (!has_block(choice, BlockKind::kReasoning)) {
    return;
  }
  write_joined(choice, BlockKind::kReasoning, out.escaped_key("reasoning_content"));
  for (const Block& block : choice.blocks) {
    if (block.kind == BlockKind::kReasoning && block.member == "reasoning") {
      write_joined(choice, BlockKind::kReasoning, out.escaped_key("reasoning"));
      return;
    }
  }
}

void write_message(const Turn& turn, const Choice& choice, Writer& out) {
  out.begin_object();
  out.escaped_key("role").escaped(choice.role.empty() ? std::string_view("assistant")
                                                      : choice.role);
  write_joined(choice, BlockKind::kText, out.escaped_key("content"));
  write_reasoning(choice, out);
  if (has_block(choice, BlockKind::kRefusal)) {
    write_joined(choice, BlockKind::kRefusal, out.escaped_key("refusal"));
  }
  write_tool_calls(choice, out);
  write_beside_blocks(turn, choice, out);
  out.end_object();
}

void write_choice(const Turn& turn, const Choice& choice, Writer& out) {
  out.begin_object().escaped_key("index").number(choice.index).escaped_key("message");
  write_message(turn, choice, out);
  write_end(choice, out);
  out.end_object();
}

// OpenAI's word where we know one, else the provider's: an unknown word never becomes "stop".
void write_finish(const Choice& choice, Writer& out) {
  out.escaped_key("finish_reason");
  if (const std::string_view word = name_of(choice.finish); !word.empty()) {
    out.escaped(word);
  } else if (!choice.finish_word.empty()) {
    out.escaped(choice.finish_word);
  } else {
    out.null();
  }
}

// Kept whole, as one member without a name.
bool is_whole(const Block& block) {
  return block.native.size() == 1 && block.native.front().name.empty();
}

bool is_cut(const Block& call, const Choice& choice) {
  return choice.finish == FinishReason::kLength && &call == &choice.blocks.back();
}

void write_block(const Block& block, const Choice& choice, Writer& out) {
  out.begin_object().escaped_key("kind").string(name_of(block.kind));
  if (!block.member.empty()) {
    out.escaped_key("member").escaped(block.member);
  }
  if (block.kind == BlockKind::kToolCall) {
    out.escaped_key("id").escaped(block.id).escaped_key("name").escaped(block.name);
    out.escaped_key("arguments").escaped(block.text);
    out.escaped_key("type").escaped(block.type.empty() ? std::string_view("function") : block.type);
    out.escaped_key("malformed").boolean(block.type != "custom" && !has_valid_arguments(block));
    out.escaped_key("cut").boolean(is_cut(block, choice));
  } else {
    if (!block.type.empty()) {
      out.escaped_key("type").escaped(block.type);
    }
    if (block.kind != BlockKind::kUnknown) {
      out.escaped_key("text").escaped(block.text);
    }
  }
  if (is_whole(block)) {
    out.escaped_key("native").raw(block.native.front().value);
  } else if (!block.native.empty()) {
    out.escaped_key("native").begin_object();
    write_members(block.native, out);
    out.end_object();
  }
  out.end_object();
}

void write_turn_choice(const Choice& choice, Writer& out) {
  out.begin_object().escaped_key("index").number(choice.index);
  out.escaped_key("role").escaped(choice.role.empty() ? std::string_view("assistant")
                                                      : choice.role);
  write_finish(choice, out);
  out.escaped_key("native_finish_reason").escaped(native_finish_word(choice));
  out.escaped_key("blocks").begin_array();
  for (const Block& block : choice.blocks) {
    write_block(block, choice, out);
  }
  out.end_array().escaped_key("message_members").begin_object();
  write_members(choice.message_members, out);
  out.end_object().escaped_key("members").begin_object();
  write_members(choice.members, out);
  out.end_object().end_object();
}

}  // namespace

void write_tool_call(const Block& call, std::optional<std::int64_t> index, Writer& out) {
  const std::string_view type = call.type.empty() ? std::string_view("function") : call.type;
  out.begin_object();
  if (index) {
    out.escaped_key("index").number(*index);
  }
  out.escaped_key("id").escaped(call.id).escaped_key("type").escaped(type);
  const bool is_custom = type == "custom";  // of every other type too the function is a function
  out.escaped_key(is_custom ? "custom" : "function").begin_object();
  out.escaped_key("name").escaped(call.name);
  out.escaped_key(is_custom ? "input" : "arguments").escaped(call.text);
  out.end_object();
  if (call.member == "tool_calls") {  // other formats' members are for their issuers alone
    write_members(call.native, out);
  }
  out.end_object();
}

void write_tool_calls(const Choice& choice, Writer& out) {
  bool is_open = false;
  for (const Block& block : choice.blocks) {
    if (block.kind != BlockKind::kToolCall || block.member == "function_call") {
      continue;
    }
    if (!is_open) {
      out.escaped_key("tool_calls").begin_array();
      is_open = true;
    }
    write_tool_call(block, std::nullopt, out);
  }
  if (is_open) {
    out.end_array();
  }
  for (const Block& block : choice.blocks) {
    if (block.kind == BlockKind::kToolCall && block.member == "function_call") {
      out.escaped_key("function_call").begin_object().escaped_key("name").escaped(block.name);
      out.escaped_key("arguments").escaped(block.text).end_object();
    }
  }
}

void write_beside_blocks(const Turn& turn, const Choice& choice, Writer& out) {
  if (!choice.annotations.empty()) {
    out.escaped_key("annotations").raw(choice.annotations);
  }
  write_members(choice.message_members, out);
  if (choice.replay.is_needed) {
    write_replay(turn, choice, out);
  }
}

void write_end(const Choice& choice, Writer& out) {
  write_finish(choice, out);
  const std::string_view word = name_of(choice.finish);
  const RawMember* sent = find_member(choice.members, "native_finish_reason");
  const bool adds_native =
      !word.empty() && word != choice.finish_word && (sent == nullptr || sent->value == "null");
  if (adds_native) {
    out.escaped_key("native_finish_reason").escaped(choice.finish_word);
  }
  for (const RawMember& member : choice.members) {
    if (!adds_native || &member != sent) {
      out.escaped_key(member.name).raw(member.value);
    }
  }
}

void write_beside_choices(const Turn& turn, Writer& out) {
  if (turn.created_s != 0 && find_member(turn.members, "created") == nullptr) {
    out.escaped_key("created").number(turn.created_s);
  }
  write_members(turn.members, out);
}

std::string render_view(const Turn& turn) {
  std::string text;
  text.reserve(1024);
  Writer out(text);
  out.begin_object().escaped_key("id").escaped(turn.id).escaped_key("object").escaped(
      "chat.completion");
  out.escaped_key("model").escaped(turn.model).escaped_key("choices").begin_array();
  for (const Choice& choice : turn.choices) {
    write_choice(turn, choice, out);
  }
  out.end_array();
  if (!turn.usage.native.empty()) {
    write_usage(turn.usage, out.escaped_key("usage"));
  }
  write_beside_choices(turn, out);
  out.end_object();
  return text;
}

std::string render_turn(const Turn& turn) {
  std::string text;
  text.reserve(1024);
  Writer out(text);
  out.begin_object()
      .escaped_key("provider")
      .string(turn.provider)
      .escaped_key("format")
      .string(turn.format);
  out.escaped_key("id").escaped(turn.id).escaped_key("model").escaped(turn.model);
  out.escaped_key("choices").begin_array();
  for (const Choice& choice : turn.choices) {
    write_turn_choice(choice, out);
  }
  out.end_array().escaped_key("usage");
  if (turn.usage.native.empty()) {
    out.null();
  } else {
    out.raw(turn.usage.native);
  }
  out.escaped_key("members").begin_object();
  write_members(turn.members, out);
  out.end_object().escaped_key("missing_marker").boolean(turn.missing_marker).end_object();
  return text;
}

}  // namespace llmgate::chat
