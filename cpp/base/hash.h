// A fast hash of bytes: XXH3. For look-ups and fingerprints inside a process or a message, never
// for secrets. Pure functions.
#pragma once

#include <cstdint>
#include <string_view>

namespace llmgate {

// `seed` chains: the hash of what came before.
std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed = 0);

struct Hash128 {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  friend bool operator==(const Hash128&, const Hash128&) = default;
};
// The same with 128 bits: for tables in which two equal hashes are as good as never met.
Hash128 wide_hash_bytes(std::string_view bytes, std::uint64_t seed = 0);

}  // namespace llmgate
