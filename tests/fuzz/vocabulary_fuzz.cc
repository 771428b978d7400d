// Any bytes as a vocabulary file: refused, or safe to use. The checksum is put right, so that what
// lies behind it is reached; the corpus holds small files that are accepted.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "tokens/encoder.h"
#include "tokens/vocabulary.h"

namespace {

constexpr std::size_t kChecksum = 15;  // its place, in words
constexpr std::size_t kSize = 1;

void sign(std::vector<std::uint64_t>& words) {
  words[kSize] = words.size() * sizeof words[0];
  words[kChecksum] = 0;
  std::array<std::uint64_t, 4> lanes = {~0ULL, ~1ULL, ~2ULL, ~3ULL};
  for (std::size_t place = 0; place < words.size(); ++place) {
    lanes[place % 4] = (lanes[place % 4] ^ words[place]) * 0x100000001B3;
  }
  std::uint64_t value = 0;
  for (const std::uint64_t lane : lanes) {
    value = llmgate::tokens::mix(value ^ lane);
  }
  words[kChecksum] = value;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::uint64_t> words(size / 32 * 4);
  if (!words.empty()) {
    std::memcpy(words.data(), data, words.size() * sizeof words[0]);
  }
  if (words.size() > kChecksum) {
    sign(words);
  }
  const auto vocabulary =
      llmgate::tokens::Vocabulary::view(std::as_bytes(std::span<const std::uint64_t>(words)));
  if (!vocabulary) {
    return 0;
  }
  llmgate::tokens::Encoder encoder(**vocabulary);
  std::vector<std::uint32_t> ids;
  encoder.encode("Some text, 日本語 and    12345 more of itttttttttttttttttttt.\n\n  x'll", ids);
  for (const auto id : ids) {
    static_cast<void>((*vocabulary)->bytes(id - (*vocabulary)->id_offset()).size());
  }
  return 0;
}
