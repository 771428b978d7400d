#include "wire/raw_merge.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
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

// Of one object: look-ups are linear, and no answer ever came near.
constexpr std::size_t kMostMembers = 1024;

bool is_one_of(std::string_view name, auto& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// "abc" + "def" -> "abcdef", on JSON text.
void append_string(std::string& known, Value piece) {
  known.pop_back();
  known += piece.raw().substr(1);
}

void append_elements(std::string& list, std::string_view elements) {
  const bool is_empty = list.find_first_not_of(" \t\r\n", 1) == list.size() - 1;
  list.pop_back();
  list += is_empty ? "" : ",";
  list += elements;
  list += ']';
}

// [1] + [2] -> [1,2], on JSON text.
void append_list(std::string& known, Value piece) {
  if (piece.size() > 0) {
    append_elements(known, piece.raw().substr(1, piece.raw().size() - 2));
  }
}

// Takes the next piece of a text or a list; false where the two are not of one such type.
bool grow(std::string& known, Value piece, bool texts_continue) {
  if (known.front() == '"' && piece.is_string() && texts_continue) {
    append_string(known, piece);
    return true;
  }
  if (known.front() == '[' && piece.is_array()) {
    append_list(known, piece);
    return true;
  }
  return false;
}

// An object that arrives member by member, and piece by piece within a member.
class GrowingObject {
 public:
  void take(Value piece) {
    for (const json::Member member : piece.members()) {
      const std::string_view name = member.name.escaped();
      chat::RawMember* known = chat::find_member(members_, name);
      if (known == nullptr) {
        if (members_.size() < kMostMembers) {
          members_.emplace_back(name, member.value.raw());
        }
      } else if (!member.value.is_null() &&
                 !grow(known->value, member.value, is_one_of(name, kContinuing))) {
        known->value.assign(member.value.raw());
      }
    }
  }

  [[nodiscard]] std::string_view find(std::string_view name) const {
    const chat::RawMember* member = chat::find_member(members_, name);
    return member == nullptr ? std::string_view() : std::string_view(member->value);
  }

  [[nodiscard]] std::string text() const {
    std::string text;
    json::Writer out(text);
    out.begin_object();
    for (const chat::RawMember& member : members_) {
      out.escaped_key(member.name).raw(member.value);
    }
    out.end_object();
    return text;
  }

 private:
  chat::RawMembers members_;
};

// Objects merged into one; of anything else the last holds.
std::string merged_objects(Value pieces) {
  std::optional<GrowingObject> object;
  std::string_view last;
  for (const Value piece : pieces.elements()) {
    if (piece.is_object()) {
      if (!object) {
        object.emplace();
      }
      object->take(piece);
    } else {
      object.reset();
      last = piece.raw();
    }
  }
  return object ? object->text() : std::string(last);
}

// Entries of reasoning_details. One goes on where the last stopped if it has its index and type.
class GrowingDetails {
 public:
  void take(Value entry) {
    const std::string_view index = entry.find("index").raw();
    const bool continues = last_ && !index.empty() && last_->find("index") == index &&
                           last_->find("type") == entry.find("type").raw();
    if (!continues) {
      close();
    }
    if (!entry.is_object()) {
      append_elements(list_, entry.raw());
      return;
    }
    if (!continues) {
      last_.emplace();
    }
    last_->take(entry);
  }

  std::string text() {
    close();
    return list_;
  }

 private:
  void close() {
    if (last_) {
      append_elements(list_, last_->text());
      last_.reset();
    }
  }

  std::string list_ = "[]";
  std::optional<GrowingObject> last_;
};

std::string merged_details(Value pieces) {
  GrowingDetails details;
  std::string_view other;
  for (const Value piece : pieces.elements()) {
    other = piece.is_array() ? std::string_view() : piece.raw();
    for (const Value entry : piece.elements()) {
      details.take(entry);
    }
  }
  return other.empty() ? details.text() : std::string(other);
}

constexpr std::string_view kNull = "null";

void add_piece(std::string_view name, Value piece, chat::RawMembers& members) {
  const chat::RawMember* known = chat::find_member(members, name);
  if (known == nullptr || known->value == kNull) {
    chat::set_member(members, name, "[]");
  }
  append_elements(chat::find_member(members, name)->value, piece.raw());
}

// A null says that there is nothing: it stands until something comes, and takes nothing away.
void add_null(std::string_view name, chat::RawMembers& members) {
  if (chat::find_member(members, name) == nullptr) {
    members.emplace_back(name, kNull);
  }
}

void settle(std::string_view name, std::string (*merged)(Value), chat::RawMembers& members) {
  chat::RawMember* member = chat::find_member(members, name);
  json::Document pieces;
  if (member != nullptr && member->value != kNull && !pieces.read(member->value)) {
    member->value = merged(pieces.root());
  }
}

bool is_answered(const chat::RawMember& member, const chat::Choice& choice) {
  return std::any_of(choice.blocks.begin(), choice.blocks.end(), [&](const chat::Block& block) {
    // Reasoning of every origin is shown under this name.
    return member.name == block.member ||
           (block.kind == chat::BlockKind::kReasoning && member.name == "reasoning_content");
  });
}

}  // namespace

void merge_message_member(std::string_view name, Value piece, bool is_stream,
                          chat::RawMembers& members) {
  if (!is_stream) {
    chat::set_member(members, name, piece.raw());
    return;
  }
  if (piece.is_null()) {
    add_null(name, members);
    return;
  }
  if (name == "reasoning_details" || name == "audio") {
    add_piece(name, piece, members);
    return;
  }
  chat::RawMember* known = chat::find_member(members, name);
  if (known == nullptr || !grow(known->value, piece, !is_one_of(name, kFacts))) {
    chat::set_member(members, name, piece.raw());
  }
}

void merge_choice_member(std::string_view name, Value piece, bool is_stream,
                         chat::RawMembers& members) {
  if (is_stream && piece.is_null()) {
    add_null(name, members);
    return;
  }
  if (is_stream && name == "logprobs") {
    add_piece(name, piece, members);
    return;
  }
  chat::set_member(members, name, piece.raw());
}

void drop_answered_nulls(chat::Choice& choice) {
  std::erase_if(choice.message_members, [&choice](const chat::RawMember& member) {
    return member.value == kNull && is_answered(member, choice);
  });
}

void settle_members(chat::Choice& choice) {
  drop_answered_nulls(choice);
  settle("logprobs", merged_objects, choice.members);
  settle("audio", merged_objects, choice.message_members);
  settle("reasoning_details", merged_details, choice.message_members);
}

}  // namespace llmgate::wire
