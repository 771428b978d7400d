// What a provider said, kept inside the OpenAI-shaped message that shows it, so that the next
// request can say it back exactly: one reserved member that names its issuer and holds the message
// in the issuer's own JSON. It survives JSON, model_dump() and pickle, and no provider ever sees
// it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "chat/turn.h"
#include "json/document.h"
#include "json/writer.h"

namespace llmgate::chat {

// In messages and in deltas of chunks: {"version": 1, "provider", "format", "model", "shown",
// "native"}.
inline constexpr std::string_view kReplayMember = "llmgate_replay";
inline constexpr std::int64_t kReplayVersion = 1;
// How a request that was read from a format's own JSON spelt what the canonical request has one
// spelling for. A format reads back its own; nobody else sees it.
inline constexpr std::string_view kFormMember = "llmgate_form";

// The type of a content part that holds a part of a format's own: {"type", "format", "native"}.
inline constexpr std::string_view kNativePart = "llmgate_native";

struct ReadReplay {
  std::int64_t version = 0;
  std::string_view provider;  // escaped
  std::string_view format;    // escaped
  std::string_view model;     // escaped
  json::Value native;         // does not exist: the message as it stands, without this member
  json::Value shown;          // the fingerprint of what the message showed then
};

// Of a message of a request; nothing if it has none.
std::optional<ReadReplay> read_replay(json::Value message);

// Whether nobody changed what the message shows since its replay was written.
bool is_as_shown(json::Value message, const ReadReplay& replay);

// What a message shows of a turn: its text and its tool calls, whatever their spelling.
std::uint64_t fingerprint_of(json::Value message);
std::uint64_t fingerprint_of(const Choice& choice);
// As a replay holds it: in hexadecimal digits.
std::string fingerprint_text(std::uint64_t fingerprint);

// `"llmgate_replay": {...}` for a choice whose replay is needed.
void write_replay(const Turn& turn, const Choice& choice, json::Writer& out);

}  // namespace llmgate::chat
