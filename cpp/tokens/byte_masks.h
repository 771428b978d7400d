// What kind of character each of 64 bytes is, as one bit per byte. The cutting of ASCII text into
// pieces asks these words instead of looking at one byte after the other, so that the length of a
// word costs no branch. Pure functions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace llmgate::tokens {

inline constexpr std::size_t kWindow = 64;

struct ByteMasks {
  std::uint64_t upper = 0;
  std::uint64_t lower = 0;
  std::uint64_t digit = 0;
  std::uint64_t space = 0;    // 9 to 13 and 32
  std::uint64_t newline = 0;  // 10 and 13
  std::uint64_t slash = 0;
  std::uint64_t high = 0;   // from 0x80 on: a closer look is needed
  std::uint64_t valid = 0;  // bytes that there are

  [[nodiscard]] std::uint64_t letter() const { return upper | lower; }
  [[nodiscard]] std::uint64_t symbol() const {  // ASCII that is none of the above
    return valid & ~(upper | lower | digit | space | high);
  }
};

#ifdef __SSE2__

// Adds 16 bytes at `place`; ranges are compared as signed numbers after a shift to the lowest.
inline void add_block(ByteMasks& masks, const char* bytes, unsigned place) {
  const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
  const auto bits = [place](__m128i found) {
    return std::uint64_t{static_cast<std::uint32_t>(_mm_movemask_epi8(found))} << place;
  };
  const auto within = [block](char first, char count) {
    const __m128i shifted = _mm_add_epi8(block, _mm_set1_epi8(static_cast<char>(-128 - first)));
    return _mm_cmplt_epi8(shifted, _mm_set1_epi8(static_cast<char>(-128 + count)));
  };
  const auto equal = [block](char wanted) { return _mm_cmpeq_epi8(block, _mm_set1_epi8(wanted)); };
  masks.upper |= bits(within('A', 26));
  masks.lower |= bits(within('a', 26));
  masks.digit |= bits(within('0', 10));
  masks.space |= bits(_mm_or_si128(within('\t', 5), equal(' ')));
  masks.newline |= bits(_mm_or_si128(equal('\n'), equal('\r')));
  masks.slash |= bits(equal('/'));
  masks.high |= bits(block);
}

inline constexpr unsigned kBlockBytes = 16;

#else

inline void add_block(ByteMasks& masks, const char* bytes, unsigned place) {
  const char byte = *bytes;
  const std::uint64_t bit = std::uint64_t{1} << place;
  masks.upper |= byte >= 'A' && byte <= 'Z' ? bit : 0;
  masks.lower |= byte >= 'a' && byte <= 'z' ? bit : 0;
  masks.digit |= byte >= '0' && byte <= '9' ? bit : 0;
  masks.space |= (byte >= '\t' && byte <= '\r') || byte == ' ' ? bit : 0;
  masks.newline |= byte == '\n' || byte == '\r' ? bit : 0;
  masks.slash |= byte == '/' ? bit : 0;
  masks.high |= static_cast<unsigned char>(byte) >= 0x80 ? bit : 0;
}

inline constexpr unsigned kBlockBytes = 1;

#endif

// Of the first 64 bytes from `begin` on, or of all there are.
inline ByteMasks masks_of(const char* begin, const char* end) {
  ByteMasks masks;
  std::array<char, kWindow> copy;
  const auto size = static_cast<std::size_t>(end - begin);
  masks.valid = ~std::uint64_t{0};
  if (size < kWindow) {
    copy.fill('\0');
    std::memcpy(copy.data(), begin, size);
    masks.valid = (std::uint64_t{1} << size) - 1;
    begin = copy.data();
  }
  for (unsigned place = 0; place < kWindow; place += kBlockBytes) {
    add_block(masks, begin + place, place);
  }
  return masks;
}

}  // namespace llmgate::tokens
