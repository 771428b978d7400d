#include "cache/request_hash.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cache/cache_key.h"

namespace llmgate::cache {
namespace {

using json::Value;

// Of most objects; larger ones are sorted on the heap.
constexpr std::size_t kFewMembers = 16;

// What a hash is of: the same bytes as a string and as a name are not the same.
enum Seed : std::uint64_t { kOfString = 1, kOfNumber, kOfArray, kOfMember, kOfObject, kOfWord };

struct NamedValue {
  std::uint64_t name;  // hashed
  Value value;
};

Hash128 hash_of(Value value);

template <std::size_t N>
Hash128 hash_words(const std::array<std::uint64_t, N>& words, Seed seed) {
  std::array<char, N * sizeof(std::uint64_t)> bytes;
  std::memcpy(bytes.data(), words.data(), bytes.size());
  return wide_hash_bytes({bytes.data(), bytes.size()}, seed);
}

Hash128 hash_of_string(Value value) {
  std::string storage;
  return wide_hash_bytes(value.unescaped(storage), kOfString);
}

std::uint64_t hash_of_name(Value name) {
  std::string storage;
  return hash_bytes(name.unescaped(storage));
}

Hash128 hash_of_number(Value value) {
  std::string canonical;
  append_canonical(value, canonical);
  return wide_hash_bytes(canonical, kOfNumber);
}

Hash128 hash_of_array(Value array) {
  Hash128 hash{array.size(), 0};
  for (const Value element : array.elements()) {
    const Hash128 next = hash_of(element);
    hash = hash_words<4>({hash.low, hash.high, next.low, next.high}, kOfArray);
  }
  return hash_words<2>({hash.low, hash.high}, kOfArray);
}

// Members in any order: their hashes are added up. Of those with one name the last counts.
Hash128 hash_of_members(std::span<const NamedValue> members) {
  Hash128 sum;
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const auto rest = members.subspan(i + 1, std::min(members.size() - i - 1, kFewMembers));
    const bool is_overridden = std::any_of(rest.begin(), rest.end(), [&](const NamedValue& later) {
      return later.name == members[i].name;
    });
    if (!is_overridden) {
      const Hash128 value = hash_of(members[i].value);
      const Hash128 member = hash_words<3>({members[i].name, value.low, value.high}, kOfMember);
      sum.low += member.low;
      sum.high += member.high;
      ++count;
    }
  }
  return hash_words<3>({sum.low, sum.high, count}, kOfObject);
}

template <typename IsLeftOut>
Hash128 hash_of_object(Value object, const IsLeftOut& is_left_out) {
  std::array<NamedValue, kFewMembers> few;
  std::vector<NamedValue> many;
  std::size_t count = 0;
  for (const json::Member member : object.members()) {
    if (is_left_out(member.name)) {
      continue;
    }
    const NamedValue named{hash_of_name(member.name), member.value};
    if (count < few.size()) {
      few[count] = named;
    } else {
      if (many.empty()) {
        many.assign(few.begin(), few.end());
      }
      many.push_back(named);
    }
    ++count;
  }
  // Equal names side by side, in their order: then looking at the next few finds them.
  std::stable_sort(many.begin(), many.end(),
                   [](const NamedValue& a, const NamedValue& b) { return a.name < b.name; });
  return hash_of_members(many.empty() ? std::span<const NamedValue>(few).first(count)
                                      : std::span<const NamedValue>(many));
}

Hash128 hash_of(Value value) {
  switch (value.type()) {
    case json::Type::kNull:
    case json::Type::kFalse:
    case json::Type::kTrue:
      return wide_hash_bytes(value.raw(), kOfWord);
    case json::Type::kNumber:
      return hash_of_number(value);
    case json::Type::kString:
      return hash_of_string(value);
    case json::Type::kArray:
      return hash_of_array(value);
    case json::Type::kObject:
      break;
  }
  return hash_of_object(value, [](Value /*name*/) { return false; });
}

}  // namespace

Hash128 hash_of_request(Value request) {
  return hash_of_object(
      request, [](Value name) { return name.says("stream") || name.says("stream_options"); });
}

}  // namespace llmgate::cache
