#include "base/hash.h"

#define XXH_INLINE_ALL  // NOLINT(readability-identifier-naming): its own name
#include <xxhash.h>

namespace llmgate {

std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

Hash128 wide_hash_bytes(std::string_view bytes, std::uint64_t seed) {
  const XXH128_hash_t hash = XXH3_128bits_withSeed(bytes.data(), bytes.size(), seed);
  return {hash.low64, hash.high64};
}

}  // namespace llmgate
