#include "wire/restore_replays.h"

#include <algorithm>
#include <string>
#include <utility>

#include "chat/replay.h"
#include "json/document.h"
#include "wire/format.h"

namespace llmgate::wire {
namespace {

using chat::Choice;
using chat::RawMember;

// The deltas spelt the arguments as the provider did; a replay that went through Python's objects
// has lost that.
void keep_spelling(const std::vector<chat::Block>& shown, std::vector<chat::Block>& said) {
  for (chat::Block& block : said) {
    const auto same =
        std::find_if(shown.begin(), shown.end(), [&block](const chat::Block& candidate) {
          return candidate.kind == chat::BlockKind::kToolCall && candidate.id == block.id &&
                 candidate.name == block.name;
        });
    if (block.kind == chat::BlockKind::kToolCall && same != shown.end()) {
      block.text = same->text;
    }
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
  keep_spelling(choice.blocks, said.blocks);
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
