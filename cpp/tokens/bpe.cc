#include "tokens/bpe.h"

namespace llmgate::tokens {

std::span<const Rank> Bpe::merge(std::string_view piece) {
  const std::size_t size = piece.size();
  const char* const end = piece.data() + size;
  found_.clear();
  dead_.assign(size / 64 + 1, 0);
  std::size_t place = 0;
  Rank candidate = vocabulary_.longest_match(piece.data(), end);
  while (true) {
    if (extend(candidate, piece, place)) {
      place += vocabulary_.length(found_.back());
      if (place == size) {
        return found_;
      }
      candidate = vocabulary_.longest_match(piece.data() + place, end);
    } else if (found_.empty()) {
      return found_;  // only tables that contradict themselves lead here
    } else {
      dead_[place / 64] |= std::uint64_t{1} << (place % 64);
      candidate = found_.back();  // which ends at a dead place now: a shorter one is taken
      found_.pop_back();
      place -= vocabulary_.length(candidate);
    }
  }
}

bool Bpe::extend(Rank candidate, std::string_view piece, std::size_t place) {
  while (candidate != kNoRank) {
    const std::size_t stop = place + vocabulary_.length(candidate);
    if (stop <= piece.size() && !is_dead(stop) && may_follow(candidate, piece, place)) {
      found_.push_back(candidate);
      return true;
    }
    candidate = vocabulary_.token(candidate).prefix;
  }
  return false;
}

bool Bpe::may_follow(Rank right, std::string_view piece, std::size_t place) {
  if (found_.empty()) {
    return true;
  }
  const Rank left = found_.back();
  const auto byte = [piece](std::size_t at) { return static_cast<unsigned char>(piece[at]); };
  std::uint64_t head = head_bit(byte(place));
  std::uint64_t tail = head_bit(byte(place - 1));
  head |= place + 1 < piece.size() ? head_bit(byte(place), byte(place + 1)) : 0;
  tail |= place > 1 ? head_bit(byte(place - 1), byte(place - 2)) : 0;
  if ((vocabulary_.token(left).after & head) == 0 ||
      (vocabulary_.token(right).before & tail) == 0) {
    return true;
  }
  const std::uint64_t pair = (std::uint64_t{left} << kRankBits | right) << 1U;
  std::uint64_t& slot = remembered_[mix(pair) % kRemembered];
  // The empty slot is the pair of the lowest token with itself, which is not remembered as "no".
  if ((slot | 1U) != (pair | 1U) || slot == 0) {
    slot = pair | (are_neighbours(left, right) ? 1U : 0U);
  }
  return (slot & 1U) != 0;
}

// Takes apart, again and again, the later of the two merges that made the neighbours. If two halves
// at the boundary could have merged before that, merging would have joined them.
bool Bpe::are_neighbours(Rank left, Rank right) const {
  std::uint64_t limit = kNoRank;  // merges from here on came too late
  while (true) {
    const Rank joined = vocabulary_.merged(left, right);
    if (joined != kNoRank && joined < limit) {
      return false;
    }
    const bool left_is_later = left > right;
    for (int side = 0;; ++side) {
      if (side == 2) {
        return true;  // both are single bytes
      }
      if (left_is_later == (side == 0)) {
        limit = left;
        left = vocabulary_.token(left).right;
        if (left != limit) {
          break;
        }
      } else {
        limit = std::uint64_t{right} + 1;
        right = vocabulary_.token(right).left;
        if (right + std::uint64_t{1} != limit) {
          break;
        }
      }
    }
  }
}

}  // namespace llmgate::tokens
