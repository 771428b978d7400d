// A fast hash of bytes: XXH3. For look-ups and fingerprints inside a process or a message, never
// for secrets. Pure functions.
#pragma once

#include <cstdint>
#include <string_view>

namespace llmgate {

// `seed` chains: the hash of what came before.
std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed = 0);

}  // namespace llmgate
