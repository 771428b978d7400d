#include "wire/gemini/settle.h"

#include <algorithm>
#include <array>
#include <utility>

#include "chat/replay.h"
#include "json/writer.h"
#include "wire/gemini/annotations.h"
#include "wire/gemini/blocks.h"

namespace llmgate::wire {
namespace {

using chat::Block;
using chat::BlockKind;
using chat::Choice;
using json::Value;
using json::Writer;

// Far above every answer seen: a stream may go on for long.
constexpr std::size_t kMostEntries = std::size_t{64} * 1024;
constexpr std::size_t kMostMembers = 1024;

constexpr std::string_view kGrounding = "groundingMetadata";
constexpr std::string_view kCitations = "citationMetadata";
constexpr std::string_view kLogprobs = "logprobsResult";

void append(Value list, std::vector<std::string>& entries) {
  for (const Value entry : list.elements()) {
    if (entries.size() < kMostEntries) {
      entries.emplace_back(entry.raw());
    }
  }
}

// Chunks repeat the citations so far, or bring the next ones.
void append_or_replace(Value list, std::vector<std::string>& entries) {
  std::size_t same = 0;
  for (const Value entry : list.elements()) {
    if (same == entries.size() || entry.raw() != entries[same]) {
      break;
    }
    ++same;
  }
  if (same == entries.size()) {
    entries.clear();
  }
  append(list, entries);
}

void write_list(std::string_view name, const std::vector<std::string>& entries, Writer& out) {
  if (entries.empty()) {
    return;
  }
  out.escaped_key(name).begin_array();
  for (const std::string& entry : entries) {
    out.raw(entry);
  }
  out.end_array();
}

// What a stream's pieces say together.
void put_together(const GeminiGathering& gathered, chat::RawMembers& members) {
  std::string text;
  const auto put = [&text, &members](std::string_view name) {
    chat::set_member(members, name, text);
    text.clear();
  };
  if (!gathered.grounding.empty()) {
    Writer object(text);
    object.begin_object();
    for (const chat::RawMember& member : gathered.grounding) {
      object.escaped_key(member.name).raw(member.value);
    }
    object.end_object();
    put(kGrounding);
  }
  if (!gathered.citations.empty()) {
    Writer object(text);
    object.begin_object();
    write_list(gathered.citations_name, gathered.citations, object);
    object.end_object();
    put(kCitations);
  }
  if (!gathered.chosen.empty() || !gathered.tops.empty()) {
    Writer object(text);
    object.begin_object();
    write_list("chosenCandidates", gathered.chosen, object);
    write_list("topCandidates", gathered.tops, object);
    object.end_object();
    put(kLogprobs);
  }
}

// A member's value as a document of its own; empty if there is none.
Value value_of(std::string_view name, const chat::RawMembers& members, json::Document& document) {
  const chat::RawMember* member = chat::find_member(members, name);
  return member == nullptr || document.read(member->value) ? Value() : document.root();
}

void settle_annotations(Choice& choice) {
  json::Document grounding_text;
  json::Document citations_text;
  const Value grounding = value_of(kGrounding, choice.members, grounding_text);
  const Value citations = value_of(kCitations, choice.members, citations_text);
  if (grounding.exists() || citations.exists()) {
    choice.annotations = gemini_annotations(choice, grounding, citations);
  }
  json::Document result_text;
  const std::string logprobs = gemini_logprobs(value_of(kLogprobs, choice.members, result_text));
  if (!logprobs.empty()) {
    chat::set_member(choice.members, "logprobs", logprobs);
  }
}

bool is_inline(const Block& block, std::string_view media, json::Document& document) {
  return block.type == "inlineData" && block.kind != BlockKind::kReasoning &&
         !document.read(block.native.front().value) &&
         document.root().find("inlineData").find("mimeType").escaped().starts_with(media);
}

// Images as OpenRouter and LiteLLM show them.
void settle_images(Choice& choice) {
  std::string text;
  Writer out(text);
  json::Document document;
  out.begin_array();
  for (const Block& block : choice.blocks) {
    if (!is_inline(block, "image/", document)) {
      continue;
    }
    const Value data = document.root().find("inlineData");
    std::string url("data:");
    url += data.find("mimeType").escaped();
    url += ";base64,";
    url += data.find("data").escaped();
    out.begin_object().escaped_key("type").escaped("image_url").escaped_key("image_url");
    out.begin_object().escaped_key("url").escaped(url).end_object().end_object();
  }
  out.end_array();
  if (text.size() > 2) {
    chat::set_member(choice.message_members, "images", text);
  }
}

// Speech in OpenAI's `audio`, if it came in one piece.
void settle_audio(Choice& choice) {
  json::Document document;
  const Block* found = nullptr;
  for (const Block& block : choice.blocks) {
    if (is_inline(block, "audio/", document)) {
      if (found != nullptr) {
        return;
      }
      found = &block;
    }
  }
  if (found == nullptr || !is_inline(*found, "audio/", document)) {
    return;
  }
  const Value data = document.root().find("inlineData");
  std::string text;
  Writer out(text);
  out.begin_object().escaped_key("id").escaped("").escaped_key("data");
  out.escaped(data.find("data").escaped()).escaped_key("transcript").escaped("");
  out.escaped_key("mime_type").escaped(data.find("mimeType").escaped()).end_object();
  chat::set_member(choice.message_members, "audio", text);
}

void settle_media(Choice& choice) {
  const bool has_media = std::any_of(choice.blocks.begin(), choice.blocks.end(),
                                     [](const Block& block) { return block.type == "inlineData"; });
  if (has_media) {
    settle_images(choice);
    settle_audio(choice);
  }
}

// Names of the view's own members: what a candidate has under one goes under another.
bool is_of_view(std::string_view name) {
  constexpr std::array kViews = std::to_array<std::string_view>(
      {"message", "delta", "finish_reason", "native_finish_reason", "logprobs"});
  return std::find(kViews.begin(), kViews.end(), name) != kViews.end();
}

}  // namespace

void GeminiGathering::add(std::string_view name, Value value, bool is_stream,
                          chat::RawMembers& members) {
  if (is_of_view(name)) {
    chat::set_member(members, "candidate." + std::string(name), value.raw());
  } else if (!is_stream) {
    chat::set_member(members, name, value.raw());
  } else if (name == kGrounding && value.is_object()) {
    for (const json::Member member : value.members()) {
      if (grounding.size() < kMostMembers) {
        chat::set_member(grounding, member.name.escaped(), member.value.raw());
      }
    }
  } else if (name == kCitations && value.size() == 1) {
    const json::Member list = *value.members().begin();
    citations_name = list.name.escaped();
    append_or_replace(list.value, citations);
  } else if (name == kLogprobs && value.is_object()) {
    append(value.find("chosenCandidates"), chosen);
    append(value.find("topCandidates"), tops);
  } else if (!value.is_null()) {
    chat::set_member(members, name, value.raw());
  }
}

void settle_gemini_choice(const GeminiGathering& gathered, Choice& choice) {
  put_together(gathered, choice.members);
  if (!choice.members.empty()) {
    settle_annotations(choice);
  }
  settle_media(choice);
  const bool calls_tools =
      std::any_of(choice.blocks.begin(), choice.blocks.end(),
                  [](const Block& block) { return block.kind == BlockKind::kToolCall; });
  if (calls_tools && choice.finish == chat::FinishReason::kStop) {
    choice.finish = chat::FinishReason::kToolCalls;  // Gemini has no word of its own for it
  }
  if (is_shown_in_full(choice)) {
    return;
  }
  choice.replay.is_needed = true;
  choice.replay.shown = chat::fingerprint_of(choice);
  choice.replay.native =
      gathered.raw_parts.empty() ? render_gemini_parts(choice) : std::string(gathered.raw_parts);
}

}  // namespace llmgate::wire
