#include "cache/sealed_record.h"

#include "base/hash.h"

namespace llmgate::cache {
namespace {

constexpr std::string_view kMagic = "LGC1";
constexpr std::size_t kPrefixSize = 4 + 4 + 8 + 8 + 8 + 32;  // magic, guard, times, length, digest
constexpr std::size_t kStoredAt = 8;
constexpr std::size_t kExpiresAt = 16;
constexpr std::size_t kLength = 24;
constexpr std::size_t kDigest = 32;

void append_number(std::string& out, std::uint64_t number) {
  for (int shift = 0; shift < 64; shift += 8) {
    out += static_cast<char>(static_cast<unsigned char>(number >> shift));
  }
}

std::uint64_t number_at(std::string_view bytes, std::size_t offset) {
  std::uint64_t number = 0;
  for (std::size_t i = 8; i-- > 0;) {
    number = number << 8U | static_cast<unsigned char>(bytes[offset + i]);
  }
  return number;
}

std::string guard_of(const RecordKey& key, std::string_view prefix, std::string_view bytes,
                     Guard guard) {
  const std::string_view secret = bytes_of(key.seal);
  if (guard == Guard::kSignature) {
    std::string signed_text(prefix);
    signed_text += bytes_of(sha256(bytes));
    return std::string(bytes_of(keyed_sha256(secret, signed_text)));
  }
  const Hash128 sum = wide_hash_bytes(bytes, hash_bytes(prefix, number_at(secret, 0)));
  std::string text;
  append_number(text, sum.low);
  append_number(text, sum.high);
  return text;
}

// Takes as long for a near miss as for a far one.
bool equal_secrets(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) {
    return false;
  }
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  }
  return difference == 0;
}

}  // namespace

std::size_t head_size(Guard guard) {
  return kPrefixSize + (guard == Guard::kSignature ? sizeof(Sha256Digest) : sizeof(Hash128));
}

std::string seal_head(const RecordKey& key, std::string_view bytes, std::int64_t stored_at_ms,
                      std::int64_t expires_at_ms, Guard guard) {
  std::string head;
  head.reserve(head_size(guard));
  head += kMagic;
  head += static_cast<char>(guard);
  head.append(3, '\0');
  append_number(head, static_cast<std::uint64_t>(stored_at_ms));
  append_number(head, static_cast<std::uint64_t>(expires_at_ms));
  append_number(head, bytes.size());
  head += bytes_of(key.digest);
  head += guard_of(key, head, bytes, guard);
  return head;
}

std::optional<OpenedRecord> open_sealed(const RecordKey& key, std::string_view head,
                                        std::string_view bytes, Guard guard) {
  if (head.size() != head_size(guard) || !head.starts_with(kMagic) ||
      number_at(head, kLength) != bytes.size() ||
      head.substr(kDigest, sizeof(Sha256Digest)) != bytes_of(key.digest)) {
    return std::nullopt;
  }
  const std::string_view prefix = head.substr(0, kPrefixSize);
  if (prefix[kMagic.size()] != static_cast<char>(guard) ||
      !equal_secrets(head.substr(kPrefixSize), guard_of(key, prefix, bytes, guard))) {
    return std::nullopt;
  }
  return OpenedRecord{static_cast<std::int64_t>(number_at(head, kStoredAt)),
                      static_cast<std::int64_t>(number_at(head, kExpiresAt))};
}

Sha256Digest seal_of(const Sha256Digest& scope) {
  return keyed_sha256(bytes_of(scope), "seal of stored records");
}

}  // namespace llmgate::cache
