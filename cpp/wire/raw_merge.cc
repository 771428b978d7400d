#include "wire/raw_merge.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "json/writer.h"

namespace llmgate::wire {
namespace {

using json::Value;

// Members of objects inside a delta that continue as text. The others are facts: the last one
// holds.
constexpr std::array<std::string_view, 6> kContinuing{"text",       "summary",  "data",
                                                      "transcript", "thinking", "content"};
// Texts of a delta that are facts too, though they stand beside texts that continue.
constexpr std::array<std::string_view, 4> kFacts{"channel", "name", "type", "format"};

bool is_one_of(std::string_view name, auto& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// "abc" + "def" -> "abcdef", on JSON text.
std::string joined_strings(std::string_view a, std::string_view b) {
  std::string joined(a.substr(0, a.size() - 1));
  joined += b.substr(1);
  return joined;
}

// [1] + [2] -> [1,2], on JSON text.
std::string joined_lists(Value a, Value b) {
  std::string joined;
  json::Writer out(joined);
  out.begin_array();
  for (const Value element : a.elements()) {
    out.raw(element.raw());
  }
  for (const Value element : b.elements()) {
    out.raw(element.raw());
  }
  out.end_array();
  return joined;
}

std::string merged_object(Value known, Value piece);

std::string merged_value(std::string_view name, Value known, Value piece) {
  if (piece.is_null()) {
    return std::string(known.raw());
  }
  if (known.is_string() && piece.is_string() && is_one_of(name, kContinuing)) {
    return joined_strings(known.raw(), piece.raw());
  }
  if (known.is_array() && piece.is_array()) {
    return joined_lists(known, piece);
  }
  return std::string(piece.raw());
}

std::string merged_object(Value known, Value piece) {
  std::string merged;
  json::Writer out(merged);
  out.begin_object();
  for (const json::Member member : known.members()) {
    const std::string_view name = member.name.escaped();
    const Value next = piece.find(name);
    out.escaped_key(name);
    out.raw(next.exists() ? merged_value(name, member.value, next)
                          : std::string(member.value.raw()));
  }
  for (const json::Member member : piece.members()) {
    if (!known.find(member.name.escaped()).exists()) {
      out.raw_key(member.name.raw()).raw(member.value.raw());
    }
  }
  out.end_object();
  return merged;
}

// Whether `piece` goes on where `known` stopped: entries of reasoning_details of one index and
// type.
bool continues(Value known, Value piece) {
  return known.find("index").exists() && known.find("index").raw() == piece.find("index").raw() &&
         known.find("type").raw() == piece.find("type").raw();
}

std::string merged_details(Value known, Value pieces) {
  std::vector<std::string> entries;
  for (const Value entry : known.elements()) {
    entries.emplace_back(entry.raw());
  }
  for (const Value piece : pieces.elements()) {
    json::Document last;
    const bool extends =
        !entries.empty() && !last.read(entries.back()) && continues(last.root(), piece);
    if (extends) {
      entries.back() = merged_object(last.root(), piece);
    } else {
      entries.emplace_back(piece.raw());
    }
  }
  std::string merged;
  json::Writer out(merged);
  out.begin_array();
  for (const std::string& entry : entries) {
    out.raw(entry);
  }
  out.end_array();
  return merged;
}

}  // namespace

void merge_message_member(std::string_view name, Value piece, std::string& known) {
  json::Document before;
  if (before.read(known) || before.root().is_null()) {
    known.assign(piece.raw());
    return;
  }
  const Value old = before.root();
  std::string merged;
  if (name == "reasoning_details" && old.is_array() && piece.is_array()) {
    merged = merged_details(old, piece);
  } else if (name == "audio" && old.is_object() && piece.is_object()) {
    merged = merged_object(old, piece);
  } else if (old.is_array() && piece.is_array()) {
    merged = joined_lists(old, piece);
  } else if (old.is_string() && piece.is_string() && !is_one_of(name, kFacts)) {
    merged = joined_strings(old.raw(), piece.raw());
  } else {
    merged = piece.raw();
  }
  known = std::move(merged);
}

void merge_choice_member(std::string_view name, Value piece, bool is_stream,
                         chat::RawMembers& members) {
  chat::RawMember* known = chat::find_member(members, name);
  if (known == nullptr) {
    if (!piece.is_null() || !is_stream) {
      members.emplace_back(name, piece.raw());
    }
    return;
  }
  if (piece.is_null()) {
    return;
  }
  json::Document before;
  if (name == "logprobs" && piece.is_object() && !before.read(known->value) &&
      before.root().is_object()) {
    known->value = merged_object(before.root(), piece);
    return;
  }
  known->value.assign(piece.raw());
}

}  // namespace llmgate::wire
