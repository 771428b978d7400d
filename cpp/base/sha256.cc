#include "base/sha256.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace llmgate {
namespace {

// Looked up once: the library's search by name costs more than a short text's digest.
const EVP_MD* algorithm() {
  static const EVP_MD* const found = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return found != nullptr ? found : EVP_sha256();
}

const unsigned char* data_of(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

Sha256Digest sha256(std::string_view bytes) {
  Sha256Digest digest{};
  EVP_Digest(data_of(bytes), bytes.size(), digest.data(), nullptr, algorithm(), nullptr);
  return digest;
}

Sha256Digest keyed_sha256(std::string_view key, std::string_view bytes) {
  Sha256Digest digest{};
  HMAC(algorithm(), key.data(), static_cast<int>(key.size()), data_of(bytes), bytes.size(),
       digest.data(), nullptr);
  return digest;
}

std::string hex_of(const Sha256Digest& digest) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(digest.size() * 2);
  for (const unsigned char byte : digest) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

}  // namespace llmgate
