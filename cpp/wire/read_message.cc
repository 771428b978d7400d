#include "wire/read_message.h"

#include <string>
#include <string_view>

#include "chat/replay.h"

namespace llmgate::wire {
namespace {

using chat::Block;
using chat::BlockKind;
using json::DocumentWriter;

void write_content(const chat::Choice& choice, DocumentWriter& out) {
  const Block* only = nullptr;
  std::string joined;
  for (const Block& block : choice.blocks) {
    if (block.kind != BlockKind::kText) {
      continue;
    }
    if (only != nullptr && joined.empty()) {
      joined = only->text;
    }
    if (only != nullptr) {
      joined += block.text;
    }
    only = &block;
  }
  out.escaped_key("content");
  if (only == nullptr) {
    out.null();
  } else {
    out.escaped(joined.empty() ? std::string_view(only->text) : joined);
  }
}

void write_call(const Block& call, DocumentWriter& out) {
  out.begin_object().escaped_key("id").escaped(call.id);
  out.escaped_key("type").escaped(call.type);
  out.escaped_key("function").begin_object().escaped_key("name").escaped(call.name);
  out.escaped_key("arguments").escaped(call.text).end_object().end_object();
}

}  // namespace

void write_shown(const chat::Choice& choice, DocumentWriter& out) {
  write_content(choice, out);
  bool is_open = false;
  for (const Block& block : choice.blocks) {
    if (block.kind != BlockKind::kToolCall) {
      continue;
    }
    if (!is_open) {
      out.escaped_key("tool_calls").begin_array();
      is_open = true;
    }
    write_call(block, out);
  }
  if (is_open) {
    out.end_array();
  }
}

void write_read_replay(const chat::Turn& turn, const chat::Choice& choice, json::Value native,
                       DocumentWriter& out) {
  out.escaped_key(chat::kReplayMember).begin_object();
  out.escaped_key("version").number(chat::kReplayVersion);
  out.escaped_key("provider").string(turn.provider).escaped_key("format").string(turn.format);
  out.escaped_key("model").escaped(turn.model);
  out.escaped_key("shown").escaped(chat::fingerprint_text(chat::fingerprint_of(choice)));
  out.escaped_key("native").splice(native).end_object();
}

}  // namespace llmgate::wire
