#include "json/wide_scan.h"

#include "json/byte_block.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace llmgate::json {
namespace {

using Skip = const char* (*)(const char* text, const char* end);

const char* skip_by_blocks(const char* text, const char* end) {
  while (end - text >= static_cast<std::ptrdiff_t>(kWideBlock) && is_wide_copyable(text)) {
    text += kWideBlock;
  }
  return text;
}

#if defined(__x86_64__)

// Not zero in each byte that is not copyable.
__attribute__((target("avx2"))) inline __m256i stops_of(const char* block) {
  const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block));
  const __m256i quote = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('"'));
  const __m256i backslash = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\'));
  const __m256i lead =
      _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(static_cast<char>(kSurrogateLead)));
  const __m256i control = _mm256_cmpeq_epi8(_mm256_min_epu8(bytes, _mm256_set1_epi8(0x1F)), bytes);
  return _mm256_or_si256(_mm256_or_si256(quote, backslash), _mm256_or_si256(lead, control));
}

__attribute__((target("avx2"))) const char* skip_by_32(const char* text, const char* end) {
  constexpr std::ptrdiff_t kStep = 128;
  for (; end - text >= kStep; text += kStep) {
    const __m256i first = _mm256_or_si256(stops_of(text), stops_of(text + 32));
    const __m256i second = _mm256_or_si256(stops_of(text + 64), stops_of(text + 96));
    const __m256i stops = _mm256_or_si256(first, second);
    if (_mm256_testz_si256(stops, stops) == 0) {
      break;
    }
  }
  return text;
}

Skip widest() {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") != 0 ? skip_by_32 : skip_by_blocks;
}

#else

Skip widest() { return skip_by_blocks; }

#endif

}  // namespace

const char* skip_wide_copyable(const char* text, const char* end) {
  static const Skip skip = widest();
  return skip(text, end);
}

}  // namespace llmgate::json
