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
