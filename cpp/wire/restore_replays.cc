#include "wire/restore_replays.h"

#include <algorithm>
#include <string>
#include <utility>

#include "chat/replay.h"
#include "json/document.h"
#include "wire/format.h"
#include "wire/tool_ids.h"

namespace llmgate::wire {
namespace {

using chat::Choice;
using chat::RawMember;

bool is_call(const chat::Block& block) { return block.kind == chat::BlockKind::kToolCall; }

// Of calls in the same order: ids that were made because the provider gives none, of which its own
// message knows nothing, and the spelling of arguments, which a replay that went through Python's
// objects has lost.
void keep_what_was_shown(const Choice& shown, Choice& said) {
  auto from = shown.blocks.begin();
  for (chat::Block& block : said.blocks) {
    if (!is_call(block)) {
      continue;
    }
    from = std::find_if(from, shown.blocks.end(), is_call);
    if (from == shown.blocks.end()) {
      return;
    }
    if (is_invented_id(block.id)) {
      block.id = from->id;
    }
    if (block.id == from->id && block.name == from->name) {
      block.text = from->text;
    }
    ++from;
  }
}

void restore(const json::Value member, chat::Turn& turn, Choice& choice) {
  turn.provider = member.find("provider").unescaped();
  turn.format = member.find("format").unescaped();
  choice.replay.is_needed = true;
  choice.replay.shown = chat::fingerprint_of(choice);
  const json::Value native = member.find("native");
  const Format* format = find_format(turn.format);
  if (!native.exists() || format == nullptr) {
    return;
  }
  choice.replay.native = native.raw();
  Choice said;
  said.index = choice.index;
  format->absorb_native(native, said);
  keep_what_was_shown(choice, said);
  choice.blocks = std::move(said.blocks);
}

}  // namespace

void restore_replays(chat::Turn& turn) {
  for (Choice& choice : turn.choices) {
    const auto member = std::find_if(
        choice.message_members.begin(), choice.message_members.end(),
        [](const RawMember& candidate) { return candidate.name == chat::kReplayMember; });
    if (member == choice.message_members.end()) {
      continue;
    }
    const std::string text = std::move(member->value);
    choice.message_members.erase(member);
    json::Document document;
    if (!document.read(text) && document.root().is_object()) {
      restore(document.root(), turn, choice);
    }
  }
}

}  // namespace llmgate::wire
