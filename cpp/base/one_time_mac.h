// A message authentication code under a key that is used for one message only: several times
// faster than HMAC-SHA-256 for long messages. The key is made anew for each message, by
// keyed_sha256() of a secret and a fresh nonce.
#pragma once

#include <array>
#include <string_view>

#include "base/sha256.h"

namespace llmgate {

using MacTag = std::array<unsigned char, 16>;
using Nonce = std::array<unsigned char, 16>;

// Poly1305. Two messages under one key give the key away.
MacTag one_time_mac(const Sha256Digest& key, std::string_view message);

// From the system's generator; no two are alike.
Nonce fresh_nonce();

}  // namespace llmgate
