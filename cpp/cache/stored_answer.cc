#include "cache/stored_answer.h"

#include <cstdint>
#include <cstring>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "cache/cache_key.h"

namespace llmgate::cache {
namespace {

constexpr std::string_view kMagic = "llmgate turn";

// The three below have one shape, so that one walk over a turn writes it, reads it and measures it.
class ByteWriter {
 public:
  static constexpr bool kReads = false;

  explicit ByteWriter(std::string& out) : out_(out) {}
  void number(std::uint64_t value, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) {
      out_ += static_cast<char>(value >> (8U * i));
    }
  }
  void text(const std::string& text) {
    number(text.size(), 4);
    out_ += text;
  }
  [[nodiscard]] static bool is_good() { return true; }

 private:
  std::string& out_;
};

class ByteReader {
 public:
  static constexpr bool kReads = true;

  explicit ByteReader(std::string_view bytes) : left_(bytes) {}
  std::uint64_t number(std::size_t bytes) {
    std::uint64_t value = 0;
    if (left_.size() < bytes) {
      fail();
      return 0;
    }
    for (std::size_t i = 0; i < bytes; ++i) {
      value |= std::uint64_t{static_cast<unsigned char>(left_[i])} << (8U * i);
    }
    left_.remove_prefix(bytes);
    return value;
  }
  void text(std::string& text) {
    const std::uint64_t size = number(4);
    if (size > left_.size()) {
      fail();
      return;
    }
    text = left_.substr(0, size);
    left_.remove_prefix(size);
  }
  // Of a list: each entry takes a byte at least, so no count asks for more memory than there are
  // bytes.
  std::size_t count() {
    const std::uint64_t size = number(4);
    if (size > left_.size()) {
      fail();
      return 0;
    }
    return size;
  }
  void fail() {
    is_good_ = false;
    left_ = {};
  }
  [[nodiscard]] bool is_good() const { return is_good_; }
  [[nodiscard]] bool is_at_end() const { return is_good_ && left_.empty(); }

 private:
  std::string_view left_;
  bool is_good_ = true;
};

class ByteCounter {
 public:
  static constexpr bool kReads = false;

  // Numbers are part of the structures, which are counted as they stand in memory.
  void number(std::uint64_t /*value*/, std::size_t /*bytes*/) {}
  void text(const std::string& text) {
    constexpr std::size_t kInside = 15;  // short texts are kept in the object itself
    bytes_ += text.size() > kInside ? text.capacity() + 1 : 0;
  }
  void add(std::size_t bytes) { bytes_ += bytes; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  std::size_t bytes_ = 0;
};

template <typename Archive, typename Text>
void take_text(Archive& archive, Text& text) {
  archive.text(text);
}

template <typename Archive, typename Number>
void take_number(Archive& archive, Number& value) {
  if constexpr (Archive::kReads) {
    value = static_cast<std::remove_const_t<Number>>(archive.number(8));
  } else {
    archive.number(static_cast<std::uint64_t>(value), 8);
  }
}

template <typename Archive, typename Flag>
void take_flag(Archive& archive, Flag& value) {
  if constexpr (Archive::kReads) {
    const std::uint64_t read = archive.number(1);
    if (read > 1) {
      archive.fail();
    }
    value = read == 1;
  } else {
    archive.number(value ? 1 : 0, 1);
  }
}

template <typename Archive, typename Enumeration>
void take_enumerator(Archive& archive, Enumeration& value, std::remove_const_t<Enumeration> last) {
  if constexpr (Archive::kReads) {
    const std::uint64_t read = archive.number(1);
    if (read > static_cast<std::uint64_t>(last)) {
      archive.fail();
      return;
    }
    value = static_cast<std::remove_const_t<Enumeration>>(read);
  } else {
    archive.number(static_cast<std::uint64_t>(value), 1);
  }
}

template <typename Archive, typename Optional>
void take_optional(Archive& archive, Optional& value) {
  bool is_set = value.has_value();
  take_flag(archive, is_set);
  if constexpr (Archive::kReads) {
    if (is_set) {
      take_number(archive, value.emplace());
    }
  } else if (is_set) {
    take_number(archive, *value);
  }
}

template <typename Entry>
Entry empty_entry() {
  if constexpr (std::is_same_v<Entry, chat::RawMember>) {
    return chat::RawMember("", "");
  } else {
    return Entry();
  }
}

template <typename Archive, typename List, typename Take>
void take_list(Archive& archive, List& list, Take take) {
  using Entry = typename std::remove_const_t<List>::value_type;
  if constexpr (Archive::kReads) {
    const std::size_t count = archive.count();
    for (std::size_t i = 0; i < count && archive.is_good(); ++i) {
      list.push_back(empty_entry<Entry>());
      take(archive, list.back());
    }
  } else {
    archive.number(list.size(), 4);
    if constexpr (std::is_same_v<Archive, ByteCounter>) {
      archive.add(list.capacity() * sizeof(Entry));
    }
    for (auto& entry : list) {
      take(archive, entry);
    }
  }
}

template <typename Archive, typename Members>
void take_members(Archive& archive, Members& members) {
  take_list(archive, members, [](auto& into, auto& member) {
    take_text(into, member.name);
    take_text(into, member.value);
  });
}

template <typename Archive, typename Block>
void take_block(Archive& archive, Block& block) {
  take_enumerator(archive, block.kind, chat::BlockKind::kUnknown);
  take_text(archive, block.member);
  take_text(archive, block.text);
  take_text(archive, block.id);
  take_text(archive, block.name);
  take_text(archive, block.type);
  take_number(archive, block.index);
  take_flag(archive, block.names_arguments);
  take_members(archive, block.native);
}

template <typename Archive, typename Choice>
void take_choice(Archive& archive, Choice& choice) {
  take_number(archive, choice.index);
  take_text(archive, choice.role);
  take_list(archive, choice.blocks, [](auto& into, auto& block) { take_block(into, block); });
  take_enumerator(archive, choice.finish, chat::FinishReason::kUnknown);
  take_text(archive, choice.finish_word);
  take_members(archive, choice.members);
  take_members(archive, choice.message_members);
  take_text(archive, choice.annotations);
  take_flag(archive, choice.replay.is_needed);
  take_text(archive, choice.replay.native);
  take_number(archive, choice.replay.shown);
}

template <typename Archive, typename Usage>
void take_usage(Archive& archive, Usage& usage) {
  take_optional(archive, usage.prompt_tokens);
  take_optional(archive, usage.completion_tokens);
  take_optional(archive, usage.total_tokens);
  take_optional(archive, usage.cached_tokens);
  take_optional(archive, usage.cache_write_tokens);
  take_optional(archive, usage.reasoning_tokens);
  take_text(archive, usage.native);
  take_flag(archive, usage.is_normal);
  take_flag(archive, usage.has_own_names);
}

template <typename Archive, typename Turn>
void take_turn(Archive& archive, Turn& turn) {
  take_text(archive, turn.provider);
  take_text(archive, turn.format);
  take_text(archive, turn.id);
  take_text(archive, turn.model);
  take_list(archive, turn.choices, [](auto& into, auto& choice) { take_choice(into, choice); });
  take_usage(archive, turn.usage);
  take_members(archive, turn.members);
  take_number(archive, turn.created_s);
  take_flag(archive, turn.is_view_as_sent);
  take_flag(archive, turn.missing_marker);
}

template <typename Archive, typename Stored>
void take_stored(Archive& archive, Stored& stored) {
  take_turn(archive, stored.turn);
  take_text(archive, stored.raw);
  take_text(archive, stored.fields);
  take_list(archive, stored.dispositions, [](auto& into, auto& disposition) {
    take_enumerator(into, disposition.action, chat::Action::kUnknown);
    take_text(into, disposition.path);
    take_text(into, disposition.detail);
    take_text(into, disposition.reason);
  });
  take_text(archive, stored.base_url);
  take_text(archive, stored.deployment);
  take_text(archive, stored.request_id);
  take_number(archive, stored.status);
}

}  // namespace

bool may_be_stored(const chat::Turn& turn) {
  for (const chat::Choice& choice : turn.choices) {
    switch (choice.finish) {
      case chat::FinishReason::kStop:
      case chat::FinishReason::kLength:
      case chat::FinishReason::kToolCalls:
      case chat::FinishReason::kFunctionCall:
        break;
      default:
        return false;
    }
  }
  return !turn.choices.empty();
}

std::size_t byte_size(const chat::Answer& stored) {
  ByteCounter counter;
  take_stored(counter, stored);
  return counter.bytes() + sizeof(chat::Answer);
}

std::string write_answer(const chat::Answer& stored) {
  std::string bytes(kMagic);
  ByteWriter writer(bytes);
  writer.number(kSchemaVersion, 4);
  take_stored(writer, stored);
  return bytes;
}

Result<chat::Answer> read_answer(std::string_view bytes) {
  Error error;
  error.kind = ErrorKind::kInvalidResponse;
  if (!bytes.starts_with(kMagic)) {
    error.message = "these bytes are no stored turn";
    return error;
  }
  ByteReader reader(bytes.substr(kMagic.size()));
  if (reader.number(4) != kSchemaVersion) {
    error.message = "this turn was stored by another version";
    return error;
  }
  chat::Answer stored;
  take_stored(reader, stored);
  if (!reader.is_at_end()) {
    error.message = "a stored turn is cut off or damaged";
    return error;
  }
  return stored;
}

}  // namespace llmgate::cache
