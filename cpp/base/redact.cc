#include "base/redact.h"

#include <algorithm>
#include <array>
#include <vector>

namespace llmgate {
namespace {

constexpr std::size_t kShortestSecret = 6;
constexpr std::string_view kHidden = "***";

// How the keys of known providers begin, and how many bytes a real one has at least. From the key
// formats in the providers' consoles and documentation (read 2026-11).
struct KeyShape {
  std::string_view prefix;
  std::size_t min_length;
};
constexpr std::array<KeyShape, 13> kKeyShapes{{
    {"sk-", 20},
    {"gsk_", 20},
    {"xai-", 20},
    {"pplx-", 20},
    {"AIza", 30},
    {"hf_", 20},
    {"fw_", 16},
    {"csk-", 20},
    {"nvapi-", 20},
    {"tgp_", 20},
    {"Bearer ", 16},
    {"ya29.", 20},
    {"AKIA", 20},
}};

bool is_key_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '*' || c == '/' || c == '+' || c == '=';
}

// Keys also stand behind other key bytes: "?key=AIza...", "/sk-...".
bool is_word_byte(char c) {
  return is_key_byte(c) && c != '.' && c != '*' && c != '/' && c != '+' && c != '=';
}

// The length of a key-shaped word at the start of `text`, or 0.
std::size_t key_length(std::string_view text) {
  for (const KeyShape& shape : kKeyShapes) {
    if (!text.starts_with(shape.prefix)) {
      continue;
    }
    const std::string_view rest = text.substr(shape.prefix.size());
    const auto end = std::find_if_not(rest.begin(), rest.end(), is_key_byte);
    const std::size_t length = shape.prefix.size() + static_cast<std::size_t>(end - rest.begin());
    if (length >= shape.min_length) {
      return length;
    }
  }
  return 0;
}

void replace_all(std::string& text, std::string_view secret) {
  for (std::size_t at = text.find(secret); at != std::string::npos;
       at = text.find(secret, at + kHidden.size())) {
    text.replace(at, secret.size(), kHidden);
  }
}

// A text that was cut inside a secret ends with its beginning.
void hide_cut_secret(std::string& text, std::string_view secret) {
  for (std::size_t length = std::min(secret.size() - 1, text.size()); length >= kShortestSecret;
       --length) {
    if (std::string_view(text).ends_with(secret.substr(0, length))) {
      text.replace(text.size() - length, length, kHidden);
      return;
    }
  }
}

}  // namespace

std::string redact(std::string_view text, std::span<const std::string> secrets) {
  // Longest first: a secret that begins with another would leave its rest behind.
  std::vector<std::string_view> by_length(secrets.begin(), secrets.end());
  std::sort(by_length.begin(), by_length.end(),
            [](std::string_view a, std::string_view b) { return a.size() > b.size(); });
  std::string without_secrets(text);
  for (const std::string_view secret : by_length) {
    if (secret.size() >= kShortestSecret) {
      replace_all(without_secrets, secret);
      hide_cut_secret(without_secrets, secret);
    }
  }
  std::string out;
  out.reserve(without_secrets.size());
  const std::string_view rest = without_secrets;
  for (std::size_t at = 0; at < rest.size();) {
    const bool starts_word = at == 0 || !is_word_byte(rest[at - 1]);
    const std::size_t length = starts_word ? key_length(rest.substr(at)) : 0;
    if (length > 0) {
      out += kHidden;
      at += length;
    } else {
      out += rest[at++];
    }
  }
  return out;
}

}  // namespace llmgate
