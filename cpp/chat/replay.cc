#include "chat/replay.h"

#include <array>
#include <charconv>
#include <string>

#include "base/hash.h"
#include "json/string_text.h"

namespace llmgate::chat {
namespace {

using json::Value;

// Texts of any spelling: what is hashed is what they stand for. Lengths keep neighbours apart.
class Fingerprint {
 public:
  void add(std::string_view escaped) {
    if (escaped.find('\\') != std::string_view::npos) {
      storage_.clear();
      json::append_unescaped(storage_, escaped);
      escaped = storage_;
    }
    hash_ = hash_bytes(escaped, hash_ + escaped.size());
  }
  [[nodiscard]] std::uint64_t value() const { return hash_; }

 private:
  std::string storage_;
  std::uint64_t hash_ = 0;
};

void add_content(Value content, Fingerprint& fingerprint) {
  if (!content.is_array()) {
    fingerprint.add(content.escaped());
    return;
  }
  std::string text;
  for (const Value part : content.elements()) {
    text += part.find("text").escaped();
  }
  fingerprint.add(text);
}

bool is_shown_call(const Block& block) {
  return block.kind == BlockKind::kToolCall && block.member != "function_call";
}

}  // namespace

std::string fingerprint_text(std::uint64_t fingerprint) {
  constexpr int kHexadecimal = 16;
  std::array<char, kHexadecimal> digits{};
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), fingerprint, kHexadecimal);
  return {digits.data(), end.ptr};
}

std::uint64_t fingerprint_of(Value message) {
  Fingerprint fingerprint;
  add_content(message.find("content"), fingerprint);
  for (const Value call : message.find("tool_calls").elements()) {
    const Value custom = call.find("custom");
    const Value function = custom.is_object() ? custom : call.find("function");
    fingerprint.add(call.find("id").escaped());
    fingerprint.add(function.find("name").escaped());
    fingerprint.add(function.find(custom.is_object() ? "input" : "arguments").escaped());
  }
  return fingerprint.value();
}

std::uint64_t fingerprint_of(const Choice& choice) {
  Fingerprint fingerprint;
  std::string text;
  for (const Block& block : choice.blocks) {
    if (block.kind == BlockKind::kText) {
      text += block.text;
    }
  }
  fingerprint.add(text);
  for (const Block& block : choice.blocks) {
    if (is_shown_call(block)) {
      fingerprint.add(block.id);
      fingerprint.add(block.name);
      fingerprint.add(block.text);
    }
  }
  return fingerprint.value();
}

std::optional<ReadReplay> read_replay(Value message) {
  const Value member = message.find(kReplayMember);
  if (!member.is_object()) {
    return std::nullopt;
  }
  ReadReplay replay;
  replay.version = member.find("version").as_int().value_or(0);
  replay.provider = member.find("provider").escaped();
  replay.format = member.find("format").escaped();
  replay.model = member.find("model").escaped();
  replay.native = member.find("native");
  replay.shown = member.find("shown");
  return replay;
}

bool is_as_shown(Value message, const ReadReplay& replay) {
  return replay.shown.says(fingerprint_text(fingerprint_of(message)));
}

void write_replay(const Turn& turn, const Choice& choice, json::Writer& out) {
  out.escaped_key(kReplayMember).begin_object();
  out.escaped_key("version").number(kReplayVersion);
  out.escaped_key("provider").string(turn.provider).escaped_key("format").string(turn.format);
  out.escaped_key("model").escaped(turn.model);
  out.escaped_key("shown").escaped(fingerprint_text(choice.replay.shown));
  if (!choice.replay.native.empty()) {
    out.escaped_key("native").raw(choice.replay.native);
  }
  out.end_object();
}

}  // namespace llmgate::chat
