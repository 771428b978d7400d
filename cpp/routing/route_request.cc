#include "routing/route_request.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "base/hash.h"
#include "chat/replay.h"

namespace llmgate::routing {
namespace {

using json::Value;

constexpr std::int64_t kBytesPerToken = 4;
constexpr std::int64_t kTokensOfMessage = 4;
// An image of 1024 x 1024 costs 765 tokens at OpenAI and about 1,400 at Anthropic; of sounds and
// files nothing better is known before they are counted.
constexpr std::int64_t kTokensOfMedia = 800;
// Anthropic's and OpenAI's shortest cached prefix has 1,024 tokens.
constexpr std::size_t kLeastPromptStart = 4096;

struct PartKind {
  std::string_view type;
  Feature feature;
};

// OpenAI's types, of both its APIs, and Anthropic's.
constexpr std::array kMediaParts = std::to_array<PartKind>({
    {"image_url", Feature::kVision},
    {"input_image", Feature::kVision},
    {"image", Feature::kVision},
    {"input_audio", Feature::kAudio},
    {"audio_url", Feature::kAudio},
    {"file", Feature::kFiles},
    {"input_file", Feature::kFiles},
    {"document", Feature::kFiles},
});

// The bytes that the inside of a string stands for: escapes are shorter in UTF-8.
std::int64_t text_bytes(Value text) {
  const std::string_view inside = text.escaped();
  auto bytes = static_cast<std::int64_t>(inside.size());
  if (!text.has_escapes()) {
    return bytes;
  }
  for (std::size_t at = inside.find('\\'); at != std::string_view::npos;
       at = inside.find('\\', at)) {
    const bool is_unicode = inside[at + 1] == 'u';
    bytes -= is_unicode ? 3 : 1;  // \uXXXX: six bytes for mostly three
    at += is_unicode ? 6 : 2;
  }
  return bytes;
}

bool is_data_url(Value text) { return text.escaped().starts_with("data:"); }

// What is no text of the prompt: our own members, and words of the format.
bool is_counted(std::string_view name) {
  return name != "type" && name != "role" && name != "id" && name != "tool_call_id" &&
         name != "cache_control" && name != chat::kReplayMember && name != chat::kFormMember;
}

// Members of provider-signed reasoning, in the spellings of all formats: only its issuer reads it.
bool names_reasoning_state(std::string_view name) {
  return name == "signature" || name == "thoughtSignature" || name == "thought_signature" ||
         name == "encrypted_content" || name == "reasoning_details";
}

bool holds_reasoning_state(Value value) {
  for (const Value element : value.elements()) {
    if (holds_reasoning_state(element)) {
      return true;
    }
  }
  for (const json::Member member : value.members()) {
    const bool is_named = names_reasoning_state(member.name.escaped()) && !member.value.is_null();
    // Anthropic's redacted thinking has no signature, only data.
    const bool is_redacted = member.value.says("redacted_thinking");
    if (is_named || is_redacted ||
        (member.name.escaped() != chat::kReplayMember && holds_reasoning_state(member.value))) {
      return true;
    }
  }
  return false;
}

// The members of a request that say where it may go, found in one walk.
struct Members {
  Value messages;
  Value metadata;
  Value max_completion_tokens;
  Value max_tokens;
  Value tools;
  Value functions;
  Value response_format;
  Value reasoning;
  Value reasoning_effort;
  Value thinking;
  Value logprobs;
  Value top_logprobs;
  Value modalities;
  Value session_id;
  Value prompt_cache_key;
};

struct NamedMember {
  std::string_view name;
  Value Members::*place;
};

constexpr std::array kMembers = std::to_array<NamedMember>({
    {"messages", &Members::messages},
    {"metadata", &Members::metadata},
    {"max_completion_tokens", &Members::max_completion_tokens},
    {"max_tokens", &Members::max_tokens},
    {"tools", &Members::tools},
    {"functions", &Members::functions},
    {"response_format", &Members::response_format},
    {"reasoning", &Members::reasoning},
    {"reasoning_effort", &Members::reasoning_effort},
    {"thinking", &Members::thinking},
    {"logprobs", &Members::logprobs},
    {"top_logprobs", &Members::top_logprobs},
    {"modalities", &Members::modalities},
    {"session_id", &Members::session_id},
    {"prompt_cache_key", &Members::prompt_cache_key},
});

// Of members with the same name the last one counts.
Members find_members(Value root) {
  Members found;
  std::string storage;
  for (const json::Member member : root.members()) {
    const std::string_view name = member.name.unescaped(storage);
    for (const NamedMember& each : kMembers) {
      if (each.name == name) {
        found.*each.place = member.value;
        break;
      }
    }
  }
  return found;
}

class Describer {
 public:
  explicit Describer(RouteRequest& out) : out_(out) {}

  void describe(const Members& root);

 private:
  void read_members(const Members& root);
  void read_messages(Value messages);
  Value read_message(Value message);
  void read_content(Value content);
  void read_part(Value part);
  void count(Value value);
  void note_issuer();
  void note_prompt_start(Value tools);

  RouteRequest& out_;
  std::int64_t bytes_ = 0;  // of text
  Value first_system_;
  Value first_other_;
  Value last_message_;
  Value last_role_;
  Value issued_;  // the newest message with reasoning state
};

// All text below a value.
void Describer::count(Value value) {
  if (value.is_string()) {
    bytes_ += is_data_url(value) ? 0 : text_bytes(value);
    return;
  }
  for (const Value element : value.elements()) {
    count(element);
  }
  for (const json::Member member : value.members()) {
    if (is_counted(member.name.escaped())) {
      count(member.value);
    }
  }
}

void Describer::read_part(Value part) {
  const Value type = part.find("type");
  const auto* const media =
      std::find_if(kMediaParts.begin(), kMediaParts.end(),
                   [&](const PartKind& each) { return type.says(each.type); });
  if (media == kMediaParts.end()) {
    count(part);
    return;
  }
  out_.needs |= set_of(media->feature);
  out_.prompt_tokens += kTokensOfMedia;
}

void Describer::read_content(Value content) {
  if (!content.is_array()) {
    count(content);
    return;
  }
  for (const Value part : content.elements()) {
    read_part(part);
  }
}

// Returns its role.
Value Describer::read_message(Value message) {
  out_.prompt_tokens += kTokensOfMessage;
  Value role;
  Value replay;
  for (const json::Member member : message.members()) {
    const std::string_view name = member.name.escaped();
    if (member.name.says("role")) {
      role = member.value;
    } else if (name == "content") {
      read_content(member.value);
    } else if (name == chat::kReplayMember) {
      replay = member.value;
    } else if (is_counted(name)) {
      count(member.value);
    }
  }
  if (!replay.is_object()) {
    return role;
  }
  // Without an own message of the issuer, the one shown says everything.
  const Value native = replay.find("native");
  if (holds_reasoning_state(native.exists() ? native : message)) {
    issued_ = message;
  }
  return role;
}

void Describer::read_messages(Value messages) {
  for (const Value message : messages.elements()) {
    last_message_ = message;
    last_role_ = read_message(message);
    const bool is_system = last_role_.says("system") || last_role_.says("developer");
    Value& first = is_system ? first_system_ : first_other_;
    first = first.exists() ? first : message;
  }
}

bool is_on(Value value) {
  return value.exists() && !value.is_null() && value.as_bool() != false && !value.says("none") &&
         value.as_int() != 0;
}

// OpenAI's word, OpenRouter's object and Anthropic's.
bool asks_for_reasoning(const Members& root) {
  if (!is_on(root.reasoning_effort) && !is_on(root.reasoning) && !is_on(root.thinking)) {
    return false;
  }
  const bool is_refused = root.reasoning.find("enabled").as_bool() == false ||
                          root.reasoning.find("effort").says("none") ||
                          root.thinking.find("type").says("disabled");
  return !is_refused;
}

void Describer::read_members(const Members& root) {
  const Value limit = root.max_completion_tokens;
  out_.output_tokens =
      std::max<std::int64_t>(0, (limit.is_number() ? limit : root.max_tokens).as_int().value_or(0));
  if (root.tools.size() + root.functions.size() > 0) {
    out_.needs |= set_of(Feature::kTools);
    bytes_ += static_cast<std::int64_t>(root.tools.raw().size() + root.functions.raw().size());
  }
  const Value format = root.response_format;
  if (format.find("type").says("json_schema")) {
    out_.needs |= set_of(Feature::kJsonSchema);
    bytes_ += static_cast<std::int64_t>(format.find("json_schema").raw().size());
  }
  if (asks_for_reasoning(root)) {
    out_.needs |= set_of(Feature::kReasoning);
  }
  if (is_on(root.logprobs) || is_on(root.top_logprobs)) {
    out_.needs |= set_of(Feature::kLogprobs);
  }
  for (const Value modality : root.modalities.elements()) {
    out_.needs |= modality.says("audio") ? set_of(Feature::kAudio) : 0;
  }
}

void Describer::note_issuer() {
  if (!issued_.exists()) {
    return;
  }
  const auto replay = chat::read_replay(issued_);
  if (replay && chat::is_as_shown(issued_, *replay)) {
    out_.issuer_provider = issued_.find(chat::kReplayMember).find("provider").unescaped();
    out_.issuer_model = issued_.find(chat::kReplayMember).find("model").unescaped();
  }
}

void Describer::note_prompt_start(Value tools) {
  const std::array<std::string_view, 3> parts = {tools.raw(), first_system_.raw(),
                                                 first_other_.raw()};
  if (parts[0].size() + parts[1].size() + parts[2].size() < kLeastPromptStart) {
    return;
  }
  std::uint64_t hash = 0;
  for (const std::string_view part : parts) {
    hash = hash_bytes(part, hash + part.size());
  }
  out_.prompt_start = std::max<std::uint64_t>(hash, 1);
}

std::uint64_t session_of(const Members& root) {
  for (const Value name :
       {root.session_id, root.metadata.find("session_id"), root.prompt_cache_key}) {
    if ((name.is_string() && !name.escaped().empty()) || name.is_number()) {
      std::string storage;
      const std::string_view text = name.is_string() ? name.unescaped(storage) : name.raw();
      return std::max<std::uint64_t>(hash_bytes(text), 1);
    }
  }
  return 0;
}

void Describer::describe(const Members& root) {
  read_messages(root.messages);
  read_members(root);
  out_.prompt_tokens += (bytes_ + kBytesPerToken - 1) / kBytesPerToken;
  if (last_role_.says("assistant") && last_message_.find("tool_calls").size() == 0) {
    out_.needs |= set_of(Feature::kPrefill);
  }
  out_.session = session_of(root);
  note_prompt_start(root.tools);
  note_issuer();
}

}  // namespace

void describe_request(const chat::ChatRequest& request, RouteRequest& described) {
  const Members members = find_members(request.root());
  described.is_stream = request.is_stream();
  described.params = request.root();
  described.metadata = members.metadata;
  Describer(described).describe(members);
}

RouteRequest describe_request(const chat::ChatRequest& request) {
  RouteRequest described;
  describe_request(request, described);
  return described;
}

}  // namespace llmgate::routing
