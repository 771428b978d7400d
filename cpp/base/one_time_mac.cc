#include "base/one_time_mac.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <random>

namespace llmgate {
namespace {

struct Free {
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};

// Looked up once; null where the library is told to leave it out.
EVP_MAC* algorithm() {
  static EVP_MAC* const found = EVP_MAC_fetch(nullptr, "POLY1305", nullptr);
  return found;
}

}  // namespace

MacTag one_time_mac(const Sha256Digest& key, std::string_view message) {
  MacTag tag{};
  std::size_t length = 0;
  const std::unique_ptr<EVP_MAC_CTX, Free> context(EVP_MAC_CTX_new(algorithm()));
  const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
  if (context && EVP_MAC_init(context.get(), key.data(), key.size(), nullptr) == 1 &&
      EVP_MAC_update(context.get(), bytes, message.size()) == 1 &&
      EVP_MAC_final(context.get(), tag.data(), &length, tag.size()) == 1) {
    return tag;
  }
  // Slower, and as good.
  const Sha256Digest digest = keyed_sha256(bytes_of(key), message);
  std::copy_n(digest.begin(), tag.size(), tag.begin());
  return tag;
}

Nonce fresh_nonce() {
  Nonce nonce{};
  if (RAND_bytes(nonce.data(), static_cast<int>(nonce.size())) != 1) {
    std::random_device device;
    std::generate(nonce.begin(), nonce.end(),
                  [&device] { return static_cast<unsigned char>(device()); });
  }
  return nonce;
}

}  // namespace llmgate
