#include "cache/sealed_record.h"

#include "base/hash.h"
#include "base/one_time_mac.h"

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

std::string checksum_of(const RecordKey& key, std::string_view prefix, std::string_view bytes) {
  const std::uint64_t seed = number_at(bytes_of(key.seal), 0);
  const Hash128 sum = wide_hash_bytes(bytes, hash_bytes(prefix, seed));
  std::string text;
  append_number(text, sum.low);
  append_number(text, sum.high);
  return text;
}

// A nonce, and the tag under a key that the scope's secret, the prefix and the nonce make for this
// one record.
std::string signature_of(const RecordKey& key, std::string_view prefix, std::string_view nonce,
                         std::string_view bytes) {
  std::string text(prefix);
  text += nonce;
  const MacTag tag = one_time_mac(keyed_sha256(bytes_of(key.seal), text), bytes);
  return std::string(nonce) + std::string(tag.begin(), tag.end());
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
  return kPrefixSize +
         (guard == Guard::kSignature ? sizeof(Nonce) + sizeof(MacTag) : sizeof(Hash128));
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
  if (guard == Guard::kChecksum) {
    return head + checksum_of(key, head, bytes);
  }
  const Nonce nonce = fresh_nonce();
  return head + signature_of(key, head, std::string(nonce.begin(), nonce.end()), bytes);
}

std::optional<OpenedRecord> open_sealed(const RecordKey& key, std::string_view head,
                                        std::string_view bytes, Guard guard) {
  if (head.size() != head_size(guard) || !head.starts_with(kMagic) ||
      number_at(head, kLength) != bytes.size() ||
      head.substr(kDigest, sizeof(Sha256Digest)) != bytes_of(key.digest)) {
    return std::nullopt;
  }
  const std::string_view prefix = head.substr(0, kPrefixSize);
  const std::string_view found = head.substr(kPrefixSize);
  const std::string expected =
      guard == Guard::kChecksum ? checksum_of(key, prefix, bytes)
                                : signature_of(key, prefix, found.substr(0, sizeof(Nonce)), bytes);
  if (prefix[kMagic.size()] != static_cast<char>(guard) || !equal_secrets(found, expected)) {
    return std::nullopt;
  }
  return OpenedRecord{static_cast<std::int64_t>(number_at(head, kStoredAt)),
                      static_cast<std::int64_t>(number_at(head, kExpiresAt))};
}

Sha256Digest seal_of(const Sha256Digest& scope) {
  return keyed_sha256(bytes_of(scope), "seal of stored records");
}

}  // namespace llmgate::cache
