#include "wire/openai/native.h"

#include <algorithm>
#include <string_view>

#include "chat/replay.h"
#include "chat/view.h"
#include "json/writer.h"
#include "wire/tool_ids.h"

namespace llmgate::wire {
namespace {

using chat::Block;
using chat::BlockKind;
using chat::Choice;
using chat::RawMember;
using json::Writer;

bool is_list_part(const Block& block) {
  return block.member == "content" && (block.kind != BlockKind::kText || !block.type.empty());
}

bool has_list(const Choice& choice) {
  return std::any_of(choice.blocks.begin(), choice.blocks.end(), is_list_part);
}

void write_part(const Block& block, Writer& out) {
  if (block.kind == BlockKind::kUnknown) {
    out.raw(block.native.front().value);
    return;
  }
  out.begin_object().escaped_key("type");
  if (block.kind == BlockKind::kReasoning) {
    out.escaped("thinking").escaped_key("thinking").begin_array().begin_object();
    out.escaped_key("type").escaped("text").escaped_key("text").escaped(block.text);
    out.end_object().end_array();
  } else {
    out.escaped("text").escaped_key("text").escaped(block.text);
  }
  for (const RawMember& member : block.native) {
    out.escaped_key(member.name).raw(member.value);
  }
  out.end_object();
}

void write_content(const Choice& choice, Writer& out) {
  if (has_list(choice)) {
    out.escaped_key("content").begin_array();
    for (const Block& block : choice.blocks) {
      if (block.member == "content") {
        write_part(block, out);
      }
    }
    out.end_array();
    return;
  }
  const auto text =
      std::find_if(choice.blocks.begin(), choice.blocks.end(), [](const Block& block) {
        return block.kind == BlockKind::kText && block.member == "content";
      });
  if (text != choice.blocks.end()) {
    out.escaped_key("content").escaped(text->text);
  } else if (chat::find_member(choice.message_members, "content") == nullptr) {
    out.escaped_key("content").null();
  }
}

void write_texts_beside(const Choice& choice, Writer& out) {
  for (const Block& block : choice.blocks) {
    const bool is_text = block.kind == BlockKind::kReasoning || block.kind == BlockKind::kRefusal;
    if (is_text && block.member != "content") {
      out.escaped_key(block.member).escaped(block.text);
    }
  }
}

// Members that mean nothing: null, or an empty list such as OpenAI's annotations.
bool says_nothing(const RawMember& member) {
  return member.value == "null" || member.value == "[]" || member.value == "\"\"";
}

// What a provider reads again, and others refuse: OpenRouter's reasoning_details and its like.
bool is_state(const RawMember& member) {
  return (member.name.starts_with("reasoning") || member.name.starts_with("thinking")) &&
         !says_nothing(member);
}

bool is_bound(const Block& block) {
  switch (block.kind) {
    case BlockKind::kText:
      return is_list_part(block);
    case BlockKind::kRefusal:
      return false;
    case BlockKind::kToolCall:
      return block.member == "tool_calls" &&
             (!is_portable_id(block.id) ||
              std::any_of(block.native.begin(), block.native.end(),
                          [](const RawMember& member) { return !says_nothing(member); }));
    default:
      return true;
  }
}

}  // namespace

std::string render_openai_message(const Choice& choice) {
  std::string text;
  Writer out(text);
  out.begin_object().escaped_key("role").escaped(choice.role.empty() ? std::string_view("assistant")
                                                                     : choice.role);
  write_content(choice, out);
  write_texts_beside(choice, out);
  chat::write_tool_calls(choice, out);
  for (const RawMember& member : choice.message_members) {
    out.escaped_key(member.name).raw(member.value);
  }
  out.end_object();
  return text;
}

bool is_shown_as_sent(const Choice& choice) {
  return std::none_of(choice.blocks.begin(), choice.blocks.end(), [](const Block& block) {
    return is_list_part(block) ||
           (block.kind == BlockKind::kReasoning && block.member != "reasoning_content");
  });
}

bool is_bound_to_issuer(const Choice& choice) {
  return std::any_of(choice.blocks.begin(), choice.blocks.end(), is_bound) ||
         std::any_of(choice.message_members.begin(), choice.message_members.end(), is_state);
}

void seal_openai_turn(chat::Turn& turn) {
  for (Choice& choice : turn.choices) {
    if (!choice.replay.is_needed) {
      continue;
    }
    choice.replay.shown = chat::fingerprint_of(choice);
    if (choice.replay.native.empty() && !is_shown_as_sent(choice)) {
      choice.replay.native = render_openai_message(choice);
    }
  }
}

}  // namespace llmgate::wire
