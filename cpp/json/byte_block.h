// Steps over JSON text one block at a time: 16 bytes with SSE2, 8 in a machine word elsewhere. The
// inner loops of reading and writing strings. Every function but one reads exactly kBlock bytes at
// its argument and tells how many of them, from the first on, belong to the run. Pure functions.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace llmgate::json {

// What a block of text in UTF-8 is like; bit i is byte i.
struct Utf8Block {
  std::uint32_t stops;  // where a closer look is needed
  std::uint32_t tails;  // where tail bytes must stand, up to three of them behind the block
};

// The lead byte of U+D000..U+DFFF, and so of every surrogate in WTF-8.
inline constexpr unsigned char kSurrogateLead = 0xED;

// ASCII inside a string that stands for itself.
constexpr bool is_plain(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  return value >= 0x20 && value < 0x80 && byte != '"' && byte != '\\';
}
// What may be put into a JSON string without a look at what follows.
constexpr bool is_copyable(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  return value >= 0x20 && byte != '"' && byte != '\\' && value != kSurrogateLead;
}
constexpr bool is_space(char byte) {
  return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

#ifdef __SSE2__

inline constexpr std::size_t kBlock = 16;

inline __m128i load_block(const char* block) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(block));
}
inline __m128i equal_bytes(__m128i bytes, char wanted) {
  return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(wanted));
}
// How many bytes are set in `run` before the first that is not. The bit behind the block both ends
// the count there and lets the compiler leave out the case of no bit at all.
inline std::size_t run_length(__m128i run) {
  const auto set = static_cast<std::uint32_t>(_mm_movemask_epi8(run));
  return static_cast<std::uint32_t>(std::countr_zero(~set | (std::uint32_t{1} << kBlock)));
}

inline std::size_t plain_prefix(const char* block) {
  const __m128i bytes = load_block(block);
  const __m128i special = _mm_or_si128(equal_bytes(bytes, '"'), equal_bytes(bytes, '\\'));
  // Compared as signed numbers, so that bytes from 0x80 on are not above either.
  const __m128i above_control = _mm_cmpgt_epi8(bytes, _mm_set1_epi8(0x1F));
  return run_length(_mm_andnot_si128(special, above_control));
}

inline std::size_t copyable_prefix(const char* block) {
  const __m128i bytes = load_block(block);
  const __m128i special = _mm_or_si128(equal_bytes(bytes, '"'), equal_bytes(bytes, '\\'));
  const __m128i lead = equal_bytes(bytes, static_cast<char>(kSurrogateLead));
  const __m128i not_control = _mm_cmpeq_epi8(_mm_max_epu8(bytes, _mm_set1_epi8(0x20)), bytes);
  return run_length(_mm_andnot_si128(_mm_or_si128(special, lead), not_control));
}

inline std::size_t unescaped_prefix(const char* block) {
  const auto found =
      static_cast<std::uint32_t>(_mm_movemask_epi8(equal_bytes(load_block(block), '\\')));
  return static_cast<std::uint32_t>(std::countr_zero(found | (std::uint32_t{1} << kBlock)));
}

// Bit i is set where byte i is not copyable.
inline std::uint32_t special_bits(const char* block) {
  const __m128i bytes = load_block(block);
  const __m128i special = _mm_or_si128(equal_bytes(bytes, '"'), equal_bytes(bytes, '\\'));
  const __m128i lead = equal_bytes(bytes, static_cast<char>(kSurrogateLead));
  const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes);
  return static_cast<std::uint32_t>(
      _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(special, lead), control)));
}

// Whether all of kWideBlock bytes are copyable: one look at four blocks.
inline bool is_wide_copyable(const char* wide) {
  const auto stops_of = [](const char* block) {
    const __m128i bytes = load_block(block);
    const __m128i special = _mm_or_si128(equal_bytes(bytes, '"'), equal_bytes(bytes, '\\'));
    const __m128i lead = equal_bytes(bytes, static_cast<char>(kSurrogateLead));
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes);
    return _mm_or_si128(_mm_or_si128(special, lead), control);
  };
  const __m128i first = _mm_or_si128(stops_of(wide), stops_of(wide + kBlock));
  const __m128i second = _mm_or_si128(stops_of(wide + 2 * kBlock), stops_of(wide + 3 * kBlock));
  return _mm_movemask_epi8(_mm_or_si128(first, second)) == 0;
}

inline std::size_t space_prefix(const char* block) {
  const __m128i bytes = load_block(block);
  const __m128i blank = _mm_or_si128(equal_bytes(bytes, ' '), equal_bytes(bytes, '\n'));
  const __m128i rare = _mm_or_si128(equal_bytes(bytes, '\r'), equal_bytes(bytes, '\t'));
  return run_length(_mm_or_si128(blank, rare));
}

inline std::uint32_t bits(__m128i bytes) {
  return static_cast<std::uint32_t>(_mm_movemask_epi8(bytes));
}
inline std::uint32_t bits_above(__m128i bytes, unsigned char bound) {
  return bits(_mm_cmpgt_epi8(bytes, _mm_set1_epi8(static_cast<char>(bound))));
}

// `pending` are the tail bytes that a sequence before the block still needs. Stops at what ends a
// run of text, at what is not well-formed, and where that cannot be told from this block alone.
inline Utf8Block look_at_utf8(const char* block, std::uint32_t pending) {
  const __m128i bytes = load_block(block);
  const std::uint32_t beyond_ascii = bits(bytes);
  const std::uint32_t leads = bits_above(bytes, 0xBF) & beyond_ascii;
  const std::uint32_t leads_of_three = bits_above(bytes, 0xDF) & beyond_ascii;
  const std::uint32_t leads_of_four = bits_above(bytes, 0xEF) & beyond_ascii;
  const std::uint32_t tails =
      pending | (leads << 1U) | (leads_of_three << 2U) | (leads_of_four << 3U);
  const std::uint32_t misplaced = tails ^ (beyond_ascii & ~leads);

  // Lead bytes whose second byte has a range of its own.
  const std::uint32_t e0 = bits(equal_bytes(bytes, '\xE0'));
  const std::uint32_t ed = bits(equal_bytes(bytes, static_cast<char>(kSurrogateLead)));
  const std::uint32_t f0 = bits(equal_bytes(bytes, '\xF0'));
  const std::uint32_t above_9f = bits_above(bytes, 0x9F);
  const std::uint32_t above_8f = bits_above(bytes, 0x8F);
  const std::uint32_t overlong = ((e0 << 1U) & ~above_9f) | ((f0 << 1U) & ~above_8f);
  const std::uint32_t surrogates = (ed << 1U) & above_9f;
  const std::uint32_t cut_off = (e0 | ed | f0) & (std::uint32_t{1} << (kBlock - 1));
  const std::uint32_t above_f3 = bits_above(bytes, 0xF3) & beyond_ascii;

  const __m128i c0_c1 =
      equal_bytes(_mm_and_si128(bytes, _mm_set1_epi8(static_cast<char>(0xFE))), '\xC0');
  const __m128i special = _mm_or_si128(equal_bytes(bytes, '"'), equal_bytes(bytes, '\\'));
  const std::uint32_t control = ~bits_above(bytes, 0x1F) & ~beyond_ascii;
  const std::uint32_t stops = misplaced | overlong | surrogates | cut_off | above_f3 | control |
                              bits(_mm_or_si128(special, c0_c1));
  return {stops & 0xFFFFU, tails};
}

#else

inline constexpr std::size_t kBlock = 8;
inline constexpr std::uint64_t kHighBits = 0x8080808080808080U;

constexpr std::uint64_t repeat_byte(unsigned char byte) { return byte * 0x0101010101010101U; }
// High bits where a byte is below `bound`. A borrow may set one more above a true hit, never below
// it: zero is exact, and that is all that is asked.
constexpr std::uint64_t bytes_below(std::uint64_t word, unsigned char bound) {
  return (word - repeat_byte(bound)) & ~word & kHighBits;
}
constexpr std::uint64_t bytes_equal(std::uint64_t word, unsigned char wanted) {
  return bytes_below(word ^ repeat_byte(wanted), 1);
}
inline std::uint64_t load_block(const char* block) {
  std::uint64_t word;
  std::memcpy(&word, block, sizeof word);
  return word;
}
// Byte by byte, so that the order of bytes in a word does not matter.
template <typename InRun>
std::size_t count_run(const char* block, InRun in_run) {
  std::size_t count = 0;
  while (count < kBlock && in_run(block[count])) {
    ++count;
  }
  return count;
}

inline std::size_t plain_prefix(const char* block) {
  const std::uint64_t word = load_block(block);
  const std::uint64_t special = bytes_equal(word, '"') | bytes_equal(word, '\\');
  const std::uint64_t stops = bytes_below(word, 0x20) | special | (word & kHighBits);
  return stops == 0 ? kBlock : count_run(block, is_plain);
}

inline std::size_t copyable_prefix(const char* block) {
  const std::uint64_t word = load_block(block);
  const std::uint64_t special = bytes_equal(word, '"') | bytes_equal(word, '\\');
  const std::uint64_t stops = bytes_below(word, 0x20) | special | bytes_equal(word, kSurrogateLead);
  return stops == 0 ? kBlock : count_run(block, is_copyable);
}

inline std::size_t unescaped_prefix(const char* block) {
  return count_run(block, [](char byte) { return byte != '\\'; });
}

inline std::uint32_t special_bits(const char* block) {
  std::uint32_t found = 0;
  for (std::size_t i = 0; i < kBlock; ++i) {
    found |= is_copyable(block[i]) ? 0U : std::uint32_t{1} << i;
  }
  return found;
}

inline bool is_wide_copyable(const char* wide) {
  for (std::size_t at = 0; at < 4 * kBlock; at += kBlock) {
    if (copyable_prefix(wide + at) != kBlock) {
      return false;
    }
  }
  return true;
}

inline std::size_t space_prefix(const char* block) { return count_run(block, is_space); }

inline Utf8Block look_at_utf8(const char* /*block*/, std::uint32_t /*pending*/) {
  return {1, 0};  // byte by byte
}

#endif

inline constexpr std::size_t kWideBlock = 4 * kBlock;

}  // namespace llmgate::json
