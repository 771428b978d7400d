#include "wire/tool_ids.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/hash.h"

namespace llmgate::wire {
namespace {

constexpr std::string_view kInventedPrefix = "lgcall_";
constexpr std::string_view kPortablePrefix = "lgid_";
constexpr std::size_t kMostCharacters = 64;  // OpenAI; Anthropic asks for the alphabet only

std::string digits_of(std::uint64_t number) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16);
  return {digits.data(), end.ptr};
}

bool is_plain(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
         c == '-';
}

}  // namespace

std::string invented_id(std::string_view turn_id, std::int64_t choice, std::int64_t position,
                        std::string_view name, std::string_view arguments) {
  std::uint64_t hash = hash_bytes(turn_id);
  hash = hash_bytes(name, hash);
  hash = hash_bytes(arguments, hash);
  return std::string(kInventedPrefix) + digits_of(hash) + "_" + std::to_string(choice) + "_" +
         std::to_string(position);
}

bool is_invented_id(std::string_view id) { return id.starts_with(kInventedPrefix); }

bool is_portable_id(std::string_view id) {
  return !id.empty() && id.size() <= kMostCharacters && std::all_of(id.begin(), id.end(), is_plain);
}

std::string portable_id(std::string_view id) {
  if (is_portable_id(id)) {
    return std::string(id);
  }
  return std::string(kPortablePrefix) + digits_of(hash_bytes(id)) +
         digits_of(hash_bytes(id, id.size() + 1));
}

}  // namespace llmgate::wire
