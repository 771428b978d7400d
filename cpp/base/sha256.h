// SHA-256, plain and keyed (HMAC): for whatever is stored, shared, or stands for a secret. In
// process and without a secret, base/hash.h is faster. Pure functions.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace llmgate {

using Sha256Digest = std::array<unsigned char, 32>;

Sha256Digest sha256(std::string_view bytes);
// HMAC-SHA-256: nobody without the key can make it or check it.
Sha256Digest keyed_sha256(std::string_view key, std::string_view bytes);

std::string hex_of(const Sha256Digest& digest);
inline std::string_view bytes_of(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace llmgate
