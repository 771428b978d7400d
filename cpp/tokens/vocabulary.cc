#include "tokens/vocabulary.h"

#include <bit>

#include "tokens/vocabulary_reader.h"

namespace llmgate::tokens {
namespace {

static_assert(std::endian::native == std::endian::little, "the tables are used where they lie");

// A unit of the trie, a double array: base in 24 bits, the byte that leads here in 9 (256: nothing
// does), the token that ends here plus one in 21, and whether this is a tail: only one token goes
// on from here, and the rest of it is to be compared.
constexpr unsigned kLabelShift = 24;
constexpr unsigned kTokenShift = 33;
constexpr std::uint64_t kBaseMask = (1U << kLabelShift) - 1;
constexpr std::uint64_t kLabelMask = 0x1FF;
constexpr std::uint64_t kTokenMask = (1U << 21U) - 1;
constexpr std::uint64_t kTail = std::uint64_t{1} << 54U;

Result<std::shared_ptr<const Vocabulary>> shared(Result<std::unique_ptr<Vocabulary>> read) {
  if (!read) {
    return std::move(read).error();
  }
  return std::shared_ptr<const Vocabulary>(std::move(read).value());
}

}  // namespace

Result<std::shared_ptr<const Vocabulary>> Vocabulary::open(const std::string& path) {
  auto file = MappedFile::open(path, "vocabulary");
  if (!file) {
    return std::move(file).error();
  }
  auto read = VocabularyReader(file->bytes()).read();
  if (!read) {
    Error error = std::move(read).error();
    error.message = "'" + path + "': " + error.message;
    return error;
  }
  (*read)->file_ = std::move(file).value();
  return shared(std::move(read));
}

Result<std::shared_ptr<const Vocabulary>> Vocabulary::view(std::span<const std::byte> bytes) {
  return shared(VocabularyReader(bytes).read());
}

Rank Vocabulary::longest_match(const char* text, const char* end) const {
  const char* const begin = text;
  std::uint64_t base = trie_[0] & kBaseMask;
  Rank best = kNoRank;
  while (text != end) {
    const auto byte = static_cast<unsigned char>(*text++);
    const std::uint64_t unit = trie_[base + byte];
    if (((unit >> kLabelShift) & kLabelMask) != byte) {
      break;
    }
    const auto found = static_cast<Rank>((unit >> kTokenShift) & kTokenMask);
    if ((unit & kTail) != 0) {
      const std::string_view whole = bytes(found - 1);
      if (whole.size() > static_cast<std::size_t>(end - begin)) {
        break;
      }
      // Tails are short: a call of memcmp() would cost more.
      std::size_t place = static_cast<std::size_t>(text - begin);
      while (place < whole.size() && whole[place] == begin[place]) {
        ++place;
      }
      return place == whole.size() ? found - 1 : best;
    }
    if (found != 0) {
      best = found - 1;
    }
    base = unit & kBaseMask;
    if (base == 0) {
      break;
    }
  }
  return best;
}

}  // namespace llmgate::tokens
