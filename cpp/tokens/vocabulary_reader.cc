#include "tokens/vocabulary_reader.h"

#include <algorithm>
#include <string>

namespace llmgate::tokens {
namespace {

constexpr std::string_view kMagic("LLMGVOC\x01", 8);
constexpr std::size_t kHeadSize = 128;
constexpr std::size_t kChecksumPlace = 120;
constexpr std::size_t kDirectoryEntry = 16;
constexpr std::size_t kLanes = 4;
constexpr std::size_t kBlock = kLanes * sizeof(std::uint64_t);
constexpr std::size_t kClassBlocks = 0x1100;  // of 256 code points each: all of Unicode
constexpr std::size_t kLastClass = 6;
constexpr std::size_t kPadding = 16;  // readable bytes behind the last token
constexpr std::size_t kMaxEncodings = 16;
constexpr std::size_t kTrieReach = 256;  // a byte is added to a unit's base

std::uint64_t word_at(std::span<const std::byte> bytes, std::size_t place) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes.data() + place, sizeof word);
  return word;
}

// Of whole blocks; the checksum's own place counts as zero.
std::uint64_t checksum(std::span<const std::byte> bytes) {
  constexpr std::uint64_t kPrime = 0x100000001B3;  // FNV's
  std::array<std::uint64_t, kLanes> lanes;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    lanes[lane] = ~std::uint64_t{lane};
  }
  for (std::size_t place = 0; place + kBlock <= bytes.size(); place += kBlock) {
    const bool holds_checksum = place == kChecksumPlace / kBlock * kBlock;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const bool skipped = holds_checksum && lane == kLanes - 1;
      lanes[lane] = (lanes[lane] ^ (skipped ? 0 : word_at(bytes, place + lane * 8))) * kPrime;
    }
  }
  std::uint64_t value = 0;
  for (const std::uint64_t lane : lanes) {
    value = mix(value ^ lane);
  }
  return value;
}

// A text of fixed room, padded with zeros.
std::string_view padded(std::span<const std::byte> room) {
  const std::string_view text(reinterpret_cast<const char*>(room.data()), room.size());
  return text.substr(0, std::min(text.find('\0'), text.size()));
}

}  // namespace

Result<std::unique_ptr<Vocabulary>> VocabularyReader::read() {
  made_.reset(new Vocabulary);  // its constructor is private
  if (const char* fault = find_fault()) {
    return bad_request("", std::string("not a usable vocabulary file: ") + fault);
  }
  return std::move(made_);
}

const char* VocabularyReader::find_fault() {
  const char* fault = read_head();
  for (const auto step : {&VocabularyReader::read_sections, &VocabularyReader::check_tokens,
                          &VocabularyReader::check_merges, &VocabularyReader::check_trie,
                          &VocabularyReader::read_classes, &VocabularyReader::read_special}) {
    fault = fault == nullptr ? (this->*step)() : fault;
  }
  return fault;
}

template <typename T>
T VocabularyReader::load(std::size_t offset) const {
  T value;
  std::memcpy(&value, bytes_.data() + offset, sizeof value);
  return value;
}

template <typename T>
std::span<const T> VocabularyReader::section(Section which) const {
  const std::span<const std::byte> bytes = sections_[which];
  return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
}

const char* VocabularyReader::read_head() {
  if (bytes_.size() < kHeadSize + kSectionCount * kDirectoryEntry ||
      std::memcmp(bytes_.data(), kMagic.data(), kMagic.size()) != 0) {
    return "it does not begin as one, or has another version";
  }
  if (load<std::uint64_t>(8) != bytes_.size()) {
    return "it is cut short, or too long";
  }
  if (bytes_.size() % kBlock != 0 || load<std::uint64_t>(kChecksumPlace) != checksum(bytes_)) {
    return "its checksum is wrong";
  }
  const auto pattern = load<std::uint32_t>(16);
  made_->size_ = load<std::uint32_t>(20);
  made_->id_offset_ = load<std::uint32_t>(24);
  made_->longest_token_ = load<std::uint32_t>(28);
  if (pattern >= kPatternCount || load<std::uint32_t>(32) != kSectionCount) {
    return "it asks for a pattern or a table that is not known";
  }
  if (made_->size_ < 256 || made_->size_ >= kRankMask || made_->id_offset_ > kRankMask) {
    return "its number of tokens is out of bounds";
  }
  made_->pattern_ = static_cast<Pattern>(pattern);
  made_->unicode_version_ = padded(bytes_.subspan(40, 16));
  made_->name_ = padded(bytes_.subspan(56, 32));
  return nullptr;
}

const char* VocabularyReader::read_sections() {
  for (std::size_t index = 0; index < kSectionCount; ++index) {
    const auto begin = load<std::uint64_t>(kHeadSize + index * kDirectoryEntry);
    const auto size = load<std::uint64_t>(kHeadSize + index * kDirectoryEntry + 8);
    if (begin % 8 != 0 || begin > bytes_.size() || size > bytes_.size() - begin) {
      return "a table lies outside of the file";
    }
    sections_[index] = bytes_.subspan(begin, size);
  }
  made_->tokens_ = section<Vocabulary::Token>(kTokens);
  made_->token_bytes_ = reinterpret_cast<const char*>(sections_[kTokenBytes].data());
  made_->merges_ = section<std::uint32_t>(kMerges);
  made_->trie_ = section<std::uint64_t>(kTrie);
  if (made_->tokens_.size() != made_->size_) {
    return "a table has the wrong size";
  }
  return nullptr;
}

const char* VocabularyReader::check_tokens() {
  const std::size_t size = sections_[kTokenBytes].size();
  bool fits = size >= kPadding;
  for (Rank rank = 0; fits && rank < made_->size_; ++rank) {
    const std::uint32_t where = made_->tokens_[rank].place_and_length;
    fits = (where & kPlaceMask) + made_->length(rank) + kPadding <= size &&
           made_->length(rank) <= made_->longest_token_;
  }
  return fits ? nullptr : "a token lies outside of its table";
}

const char* VocabularyReader::check_merges() {
  bool fits = true;
  std::size_t free = 0;
  for (const std::uint32_t slot : made_->merges_) {
    free += slot == kNoRank ? 1 : 0;
    fits = fits && (slot == kNoRank || (slot & kRankMask) < made_->size_);
  }
  // With a free slot every search ends; sizes have 32 bits in slot_of().
  if (!fits || free == 0 || made_->merges_.size() > kNoRank) {
    return "the table of merges is inconsistent";
  }
  for (Rank rank = 0; rank < made_->size_; ++rank) {
    const Vocabulary::Token& token = made_->tokens_[rank];
    const bool is_base = token.left == rank && token.right == rank;
    // Only earlier tokens, so that taking them apart comes to an end.
    const bool is_merge = token.left < rank && token.right < rank;
    const std::uint32_t shorter = token.prefix < made_->size_ ? made_->length(token.prefix) : 0;
    fits = fits && (is_base || is_merge) &&
           (token.prefix == kNoRank || (shorter > 0 && shorter < made_->length(rank)));
  }
  return fits ? nullptr : "a merge is inconsistent";
}

const char* VocabularyReader::check_trie() {
  constexpr std::uint64_t kBaseMask = 0xFFFFFF;
  const auto& trie = made_->trie_;
  if (trie.size() < kTrieReach) {
    return "the trie is too small";
  }
  bool fits = true;
  for (const std::uint64_t unit : trie) {
    const std::uint64_t token = (unit >> 33U) & ((1U << 21U) - 1);
    const bool is_tail = ((unit >> 54U) & 1U) != 0;
    fits = fits && (unit & kBaseMask) <= trie.size() - kTrieReach && token <= made_->size_ &&
           (!is_tail || token != 0);
  }
  if (!fits) {
    return "the trie leads outside";
  }
  for (unsigned byte = 0; byte < 256; ++byte) {
    const char text = static_cast<char>(byte);
    const Rank rank = made_->longest_match(&text, &text + 1);
    if (rank == kNoRank || made_->length(rank) != 1) {
      return "a byte is no token";
    }
  }
  return nullptr;
}

const char* VocabularyReader::read_classes() {
  const std::span<const std::byte> bytes = sections_[kClasses];
  constexpr std::size_t kIndexSize = kClassBlocks * sizeof(std::uint16_t);
  if (bytes.size() < kIndexSize) {
    return "the table of character classes is cut short";
  }
  const auto index = section<std::uint16_t>(kClasses).first(kClassBlocks);
  const auto blocks = bytes.subspan(kIndexSize);
  const std::size_t highest = *std::max_element(index.begin(), index.end());
  const bool known = std::all_of(blocks.begin(), blocks.end(), [](std::byte value) {
    return static_cast<std::size_t>(value) <= kLastClass;
  });
  if (!known || (highest + 1) * 256 > blocks.size()) {
    return "the table of character classes is inconsistent";
  }
  made_->classes_ = {index.data(), reinterpret_cast<const std::uint8_t*>(blocks.data())};
  return nullptr;
}

const char* VocabularyReader::read_special() {
  static constexpr const char* kFault = "the special tokens are inconsistent";
  std::string_view rest(reinterpret_cast<const char*>(sections_[kSpecial].data()),
                        sections_[kSpecial].size());
  const auto take = [&rest](auto& value) {
    if (rest.size() < sizeof value) {
      return false;
    }
    std::memcpy(&value, rest.data(), sizeof value);
    rest.remove_prefix(sizeof value);
    return true;
  };
  const auto take_text = [&rest, &take](std::string_view& text) {
    std::uint16_t length = 0;
    if (!take(length) || rest.size() < length) {
      return false;
    }
    text = rest.substr(0, length);
    rest.remove_prefix(length);
    return true;
  };
  std::uint32_t encodings = 0;
  std::uint32_t count = 0;
  if (!take(encodings) || !take(count) || encodings == 0 || encodings > kMaxEncodings) {
    return kFault;
  }
  for (std::uint32_t index = 0; index < encodings; ++index) {
    if (!take_text(made_->encodings_.emplace_back())) {
      return kFault;
    }
  }
  for (std::uint32_t index = 0; index < count; ++index) {
    SpecialToken token;
    if (!take(token.id) || !take(token.encodings) || !take_text(token.text) || token.text.empty()) {
      return kFault;
    }
    made_->special_tokens_.push_back(token);
  }
  return nullptr;
}

}  // namespace llmgate::tokens
