#include "cache/cache_key.h"

#include <algorithm>
#include <charconv>
#include <list>
#include <utility>
#include <vector>

#include "json/number_text.h"
#include "json/string_text.h"

namespace llmgate::cache {
namespace {

using json::Value;

// Exponents of more digits are compared as they are written.
constexpr std::size_t kLongestExponent = 15;

// One byte for the type in front of each value; what follows says its own length, so that no value
// is the beginning of another one.
enum Tag : char {
  kNullTag = 'n',
  kFalseTag = 'f',
  kTrueTag = 't',
  kNumberTag = 'd',
  kSpelledNumberTag = 'D',
  kStringTag = 's',
  kArrayTag = '[',
  kObjectTag = '{'
};

void write_length(std::size_t length, char* at) {
  for (int i = 0; i < 4; ++i) {
    at[i] = static_cast<char>(length >> (8U * static_cast<unsigned>(i)));
  }
}

void append_sized(std::string_view bytes, std::string& out) {
  const std::size_t start = out.size();
  out.resize(start + 4);
  write_length(bytes.size(), out.data() + start);
  out += bytes;
}

void append_string(Value value, std::string& out) {
  out += kStringTag;
  if (!value.has_escapes()) {
    append_sized(value.escaped(), out);
    return;
  }
  const std::size_t start = out.size();
  out.resize(start + 4);
  json::append_unescaped(out, value.escaped());
  write_length(out.size() - start - 4, out.data() + start);
}

// The digits without zeros at either end, and the power of ten of the last one.
bool append_decimal(std::string_view text, std::string& out) {
  const bool is_negative = text.front() == '-';
  std::string digits;
  std::int64_t exponent = 0;
  bool is_fraction = false;
  std::size_t at = is_negative ? 1 : 0;
  for (; at < text.size() && text[at] != 'e' && text[at] != 'E'; ++at) {
    if (text[at] == '.') {
      is_fraction = true;
      continue;
    }
    exponent -= is_fraction ? 1 : 0;
    if (!digits.empty() || text[at] != '0') {
      digits += text[at];
    }
  }
  if (at < text.size()) {
    std::string_view written = text.substr(at + 1);
    written.remove_prefix(written.front() == '+' ? 1 : 0);
    std::int64_t given = 0;
    if (written.size() > kLongestExponent) {
      return false;
    }
    std::from_chars(written.data(), written.data() + written.size(), given);
    exponent += given;
  }
  while (!digits.empty() && digits.back() == '0') {
    digits.pop_back();
    ++exponent;
  }
  if (digits.empty()) {
    digits = "0";  // however it is signed or scaled
  } else {
    digits += 'e' + std::to_string(exponent);
    digits.insert(0, is_negative ? "-" : "");
  }
  out += kNumberTag;
  append_sized(digits, out);
  return true;
}

void append_number(Value value, std::string& out) {
  if (!append_decimal(value.raw(), out)) {
    out += kSpelledNumberTag;
    append_sized(value.raw(), out);
  }
}

struct NamedValue {
  std::string_view name;
  Value value;
};

// Sorted by name, the last of each name only.
std::vector<NamedValue> sorted_members(Value object, std::list<std::string>& storage) {
  std::vector<NamedValue> members;
  members.reserve(object.size());
  for (const json::Member member : object.members()) {
    const std::string_view name = member.name.has_escapes()
                                      ? storage.emplace_back(member.name.unescaped())
                                      : member.name.escaped();
    members.push_back({name, member.value});
  }
  std::stable_sort(members.begin(), members.end(),
                   [](const NamedValue& a, const NamedValue& b) { return a.name < b.name; });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (i + 1 < members.size() && members[i + 1].name == members[i].name) {
      continue;
    }
    members[kept++] = members[i];
  }
  members.resize(kept);
  return members;
}

void append_members(const std::vector<NamedValue>& members, std::string& out) {
  out += kObjectTag;
  out.append(4, '\0');
  write_length(members.size(), out.data() + out.size() - 4);
  for (const NamedValue& member : members) {
    append_sized(member.name, out);
    append_canonical(member.value, out);
  }
}

void append_array(Value array, std::string& out) {
  out += kArrayTag;
  out.append(4, '\0');
  write_length(array.size(), out.data() + out.size() - 4);
  for (const Value element : array.elements()) {
    append_canonical(element, out);
  }
}

}  // namespace

ScopeWriter& ScopeWriter::add(std::string_view part) {
  append_sized(part, parts_);
  return *this;
}

ScopeWriter& ScopeWriter::add(std::uint64_t number) { return add(std::to_string(number)); }

Scope ScopeWriter::scope() const {
  std::string bytes = "llmgate scope " + std::to_string(kSchemaVersion) + ":";
  bytes += parts_;
  return sha256(bytes);
}

void append_canonical(Value value, std::string& out) {
  switch (value.type()) {
    case json::Type::kNull:
      out += kNullTag;
      return;
    case json::Type::kFalse:
      out += kFalseTag;
      return;
    case json::Type::kTrue:
      out += kTrueTag;
      return;
    case json::Type::kNumber:
      append_number(value, out);
      return;
    case json::Type::kString:
      append_string(value, out);
      return;
    case json::Type::kArray:
      append_array(value, out);
      return;
    case json::Type::kObject: {
      std::list<std::string> storage;
      append_members(sorted_members(value, storage), out);
      return;
    }
  }
}

std::string canonical_request(Value request) {
  std::string out;
  out.reserve(request.raw().size() + 64);
  std::list<std::string> storage;
  std::vector<NamedValue> members = sorted_members(request, storage);
  std::erase_if(members, [](const NamedValue& member) {
    return member.name == "stream" || member.name == "stream_options";
  });
  append_members(members, out);
  return out;
}

std::string canonical_request(std::string_view text) {
  json::Document document;
  if (document.read(text) || !document.root().is_object()) {
    return "";
  }
  return canonical_request(document.root());
}

bool say_the_same(std::string_view one, std::string_view other) {
  return one == other || canonical_request(one) == canonical_request(other);
}

Sha256Digest stored_key(const Scope& scope, std::string_view canonical) {
  return keyed_sha256(bytes_of(scope), canonical);
}

}  // namespace llmgate::cache
