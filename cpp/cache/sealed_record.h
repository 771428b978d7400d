// What a slow tier wraps around a record so that it never gives out a wrong one: version, times,
// length, the record's own key, and a guard over all of it. Whatever is torn, altered, of another
// key or of another scope does not open. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cache/tier.h"

namespace llmgate::cache {

enum class Guard : std::uint8_t {
  // XXH3-128, seeded by the scope: against accidents, in a file that only its owner may write.
  kChecksum = 1,
  // Poly1305 under a key of the record's own, which HMAC-SHA-256 makes with the scope's secret:
  // against anybody who can write where the record lies.
  kSignature = 2,
};

// Bytes of the head that stands before a record.
[[nodiscard]] std::size_t head_size(Guard guard);

// `expires_at_ms` lies after `stored_at_ms`.
std::string seal_head(const RecordKey& key, std::string_view bytes, std::int64_t stored_at_ms,
                      std::int64_t expires_at_ms, Guard guard);

struct OpenedRecord {
  std::int64_t stored_at_ms = 0;
  std::int64_t expires_at_ms = 0;
};
// Nothing: this is not what was sealed for this key.
std::optional<OpenedRecord> open_sealed(const RecordKey& key, std::string_view head,
                                        std::string_view bytes, Guard guard);

// The secret that the records of a scope are sealed with. It says nothing about the scope.
Sha256Digest seal_of(const Sha256Digest& scope);

}  // namespace llmgate::cache
