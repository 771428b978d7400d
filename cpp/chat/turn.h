// What the model said: an ordered list of blocks per choice, each with the provider's own bytes.
// Every answer, plain or streamed, becomes one Turn; the OpenAI-shaped view, the replay and the
// cache entry are made from it. Plain values; the loop thread owns a growing one and moves it out
// when it is done.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/document.h"

namespace llmgate::chat {

// The inside of a JSON string, still escaped as the provider sent it. Pieces of a stream are joined
// by appending: two halves of a surrogate pair cut between two chunks become one pair again.
using EscapedText = std::string;

// One JSON member kept as it was: its name (escaped, without quotes) and its value as JSON text.
struct RawMember {
  RawMember(std::string_view member_name, std::string_view json) : name(member_name), value(json) {}

  EscapedText name;
  std::string value;
};
using RawMembers = std::vector<RawMember>;

RawMember* find_member(RawMembers& members, std::string_view name);
const RawMember* find_member(const RawMembers& members, std::string_view name);
void set_member(RawMembers& members, std::string_view name, std::string_view value);

enum class BlockKind : std::uint8_t {
  kText,
  kReasoning,
  kToolCall,
  kRefusal,
  kServerTool,  // a call that the provider ran itself, or what came out of it: nobody else's to run
  kImage,       // an image that the model made
  kUnknown,     // a content part that no kind covers, kept whole
};
std::string_view name_of(BlockKind kind);

struct Block {
  BlockKind kind = BlockKind::kUnknown;
  // The member of the provider's message it came from ("content", "reasoning", "tool_calls", ...).
  EscapedText member;
  EscapedText
      text;        // text, reasoning, refusal; arguments of a function call, input of a custom one
  EscapedText id;  // tool calls
  EscapedText name;  // tool calls
  // Tool calls: "function", "custom", ...; parts of a content list: the part's type.
  EscapedText type;
  std::int64_t index = 0;        // tool calls: position in the list as the provider counts
  bool names_arguments = false;  // tool calls of a stream: arguments came beside the name
  // What else the provider's object held, member by member. For kUnknown: one member without a name
  // whose value is the whole.
  RawMembers native;
};

enum class FinishReason : std::uint8_t {
  kNone,
  kStop,
  kLength,
  kToolCalls,
  kContentFilter,
  kFunctionCall,
  kUnknown
};
// OpenAI's word; empty for kNone and kUnknown.
std::string_view name_of(FinishReason reason);

// What its issuer gets back for a message: see chat/replay.h.
struct Replay {
  bool is_needed = false;  // the OpenAI-shaped message does not say all that the provider said
  std::string native;  // the message in its format's own JSON; empty: as shown, member by member
  std::uint64_t shown = 0;  // fingerprint of what is shown of it
};

struct Choice {
  std::int64_t index = 0;
  EscapedText role;
  std::vector<Block> blocks;
  FinishReason finish = FinishReason::kNone;
  EscapedText finish_word;  // as sent in `finish_reason`
  RawMembers members;       // logprobs, content filter results, native_finish_reason, unknown ones
  // What the message holds beside its blocks: annotations, audio, images, reasoning_details,
  // members sent as null, unknown ones.
  RawMembers message_members;
  // Derived from the blocks for the view, where a format has citations of its own: a list of
  // OpenAI's `url_citation` annotations as JSON; empty: none.
  std::string annotations;
  Replay replay;
};

// Token counts, normalised: prompt includes cached tokens, completion includes reasoning. Nothing
// that was not reported is set.
struct Usage {
  std::optional<std::int64_t> prompt_tokens;
  std::optional<std::int64_t> completion_tokens;
  std::optional<std::int64_t> total_tokens;
  std::optional<std::int64_t> cached_tokens;
  std::optional<std::int64_t> cache_write_tokens;
  std::optional<std::int64_t> reasoning_tokens;
  std::string native;          // the provider's object as sent; empty: none was
  bool is_normal = false;      // the native object says all of the above in OpenAI's names
  bool has_own_names = false;  // none of its names is one of OpenAI's counts
};

struct Turn {
  std::string provider;  // who issued it
  std::string format;    // in which wire format
  EscapedText id;
  EscapedText model;
  std::vector<Choice> choices;
  Usage usage;
  RawMembers members;  // created, system_fingerprint, service_tier, unknown ones
  // When it came, in seconds since 1970, for providers that do not say; 0: unknown.
  std::int64_t created_s = 0;
  // The body it was read from is OpenAI-shaped as it stands: whoever kept that needs no other view.
  bool is_view_as_sent = false;
  bool missing_marker = false;  // a stream that ended whole but without its format's marker

  Choice& choice_at(std::int64_t index);  // added in order of index if absent
};

// The word of whoever decided to finish: a relay's `native_finish_reason`, else `finish_reason` as
// sent.
std::string_view native_finish_word(const Choice& choice);

// A tool call's arguments must be a JSON text. False if they are not (empty counts as `{}`).
bool has_valid_arguments(const Block& tool_call);

}  // namespace llmgate::chat
