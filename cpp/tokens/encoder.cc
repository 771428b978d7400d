#include "tokens/encoder.h"

#include <algorithm>
#include <cstring>

#include "tokens/piece_scanner.h"

namespace llmgate::tokens {
namespace {

// By length: which bytes of two words belong to the piece.
constexpr std::array<std::array<std::uint64_t, 2>, 16> make_key_masks() {
  std::array<std::array<std::uint64_t, 2>, 16> masks{};
  for (std::size_t size = 0; size < masks.size(); ++size) {
    for (std::size_t byte = 0; byte < size; ++byte) {
      masks[size][byte / 8] |= std::uint64_t{0xFF} << (byte % 8 * 8);
    }
  }
  return masks;
}
constexpr auto kKeyMasks = make_key_masks();
constexpr std::size_t kKeyBytes = 16;

// Calls `run` with the pattern as a constant, so that each has a loop of its own.
template <typename Run>
auto with_pattern(Pattern pattern, Run&& run) {
  switch (pattern) {
    case Pattern::kR50k:
      return run.template operator()<Pattern::kR50k>();
    case Pattern::kCl100k:
      return run.template operator()<Pattern::kCl100k>();
    case Pattern::kO200k:
      return run.template operator()<Pattern::kO200k>();
    case Pattern::kQwen:
      return run.template operator()<Pattern::kQwen>();
    case Pattern::kTekken:
      break;
  }
  return run.template operator()<Pattern::kTekken>();
}

}  // namespace

Encoder::Encoder(const Vocabulary& vocabulary)
    : vocabulary_(vocabulary),
      bpe_(vocabulary),
      memory_(std::make_unique<std::array<Remembered, kRemembered>>()) {}

std::size_t Encoder::count(std::string_view text, std::size_t enough) {
  const std::size_t least = text.size() / std::max(vocabulary_.longest_token(), 1U);
  if (least > enough) {
    return least;
  }
  return with_pattern(vocabulary_.pattern(),
                      [&]<Pattern Chosen>() { return count_pieces<Chosen>(text, enough); });
}

void Encoder::encode(std::string_view text, std::vector<std::uint32_t>& ids) {
  with_pattern(vocabulary_.pattern(), [&]<Pattern Chosen>() { encode_pieces<Chosen>(text, ids); });
}

template <Pattern Chosen>
std::size_t Encoder::count_pieces(std::string_view text, std::size_t enough) {
  const char* const end = text.data() + text.size();
  std::size_t total = 0;
  PieceScanner<Chosen>(vocabulary_.classes(), text.data(), end)
      .run([&](const char* piece, const char* stop) {
        const auto size = static_cast<std::size_t>(stop - piece);
        total += size <= kLongestKey ? remembered(piece, size, end).count
                                     : bpe_.merge({piece, size}).size();
        return total <= enough;
      });
  return total;
}

template <Pattern Chosen>
void Encoder::encode_pieces(std::string_view text, std::vector<std::uint32_t>& ids) {
  const char* const end = text.data() + text.size();
  PieceScanner<Chosen>(vocabulary_.classes(), text.data(), end)
      .run([&](const char* piece, const char* stop) {
        const auto size = static_cast<std::size_t>(stop - piece);
        if (size > kLongestKey) {
          append({piece, size}, ids);
          return true;
        }
        const Remembered& known = remembered(piece, size, end);
        if (known.count > kInlineIds) {
          append({piece, size}, ids);
        } else {
          ids.insert(ids.end(), known.ids.begin(), known.ids.begin() + known.count);
        }
        return true;
      });
}

inline Encoder::Remembered& Encoder::remembered(const char* piece, std::size_t size,
                                                const char* end) {
  std::array<std::uint64_t, 2> words{};
  if (end - piece >= static_cast<std::ptrdiff_t>(kKeyBytes)) {
    std::memcpy(words.data(), piece, kKeyBytes);
  } else {
    std::memcpy(words.data(), piece, size);
  }
  const std::uint64_t low = words[0] & kKeyMasks[size][0];
  const std::uint64_t high = (words[1] & kKeyMasks[size][1]) | std::uint64_t{size} << 56U;
  const std::uint64_t hash = (low ^ (high * kHashMultiplier)) * kHashMultiplier;
  Remembered& slot = (*memory_)[hash >> 51U];
  static_assert(kRemembered == std::size_t{1} << (64U - 51U));
  if (slot.low != low || slot.high != high) {
    learn(slot, low, high, {piece, size});
  }
  return slot;
}

void Encoder::learn(Remembered& slot, std::uint64_t low, std::uint64_t high,
                    std::string_view piece) {
  slot.low = low;
  slot.high = high;
  const std::span<const Rank> merged = bpe_.merge(piece);
  slot.count = static_cast<std::uint32_t>(merged.size());
  for (std::size_t index = 0; index < std::min(merged.size(), kInlineIds); ++index) {
    slot.ids[index] = merged[index] + vocabulary_.id_offset();
  }
}

void Encoder::append(std::string_view piece, std::vector<std::uint32_t>& ids) {
  for (const Rank rank : bpe_.merge(piece)) {
    ids.push_back(rank + vocabulary_.id_offset());
  }
}

}  // namespace llmgate::tokens
