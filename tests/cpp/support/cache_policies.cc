#include "support/cache_policies.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <list>
#include <map>
#include <random>
#include <unordered_map>

namespace llmgate::test {
namespace {

class Lru final : public CachePolicy {
 public:
  explicit Lru(std::size_t most) : most_(most) {}
  [[nodiscard]] std::string_view name() const override { return "LRU"; }
  bool ask(std::uint64_t key, std::size_t bytes) override {
    const auto found = places_.find(key);
    if (found != places_.end()) {
      entries_.splice(entries_.begin(), entries_, found->second);
      return true;
    }
    entries_.push_front({key, bytes});
    places_[key] = entries_.begin();
    bytes_ += bytes;
    while (bytes_ > most_) {
      bytes_ -= entries_.back().bytes;
      places_.erase(entries_.back().key);
      entries_.pop_back();
    }
    return false;
  }

 private:
  std::size_t most_;
  std::size_t bytes_ = 0;
  std::list<Asked> entries_;
  std::unordered_map<std::uint64_t, std::list<Asked>::iterator> places_;
};

class Lfu final : public CachePolicy {
 public:
  explicit Lfu(std::size_t most) : most_(most) {}
  [[nodiscard]] std::string_view name() const override { return "LFU"; }
  bool ask(std::uint64_t key, std::size_t bytes) override {
    const auto found = places_.find(key);
    if (found != places_.end()) {
      auto node = order_.extract(found->second);
      node.key() = {node.key().first + 1, ++clock_};
      found->second = order_.insert(std::move(node)).position;
      return true;
    }
    bytes_ += bytes;
    while (bytes_ > most_ && !order_.empty()) {
      bytes_ -= order_.begin()->second.bytes;
      places_.erase(order_.begin()->second.key);
      order_.erase(order_.begin());
    }
    places_[key] = order_.emplace(std::pair(std::uint64_t{1}, ++clock_), Asked{key, bytes}).first;
    return false;
  }

 private:
  using Order = std::map<std::pair<std::uint64_t, std::uint64_t>, Asked>;  // by uses, then by time
  std::size_t most_;
  std::size_t bytes_ = 0;
  std::uint64_t clock_ = 0;
  Order order_;
  std::unordered_map<std::uint64_t, Order::iterator> places_;
};

class Sieve final : public CachePolicy {
 public:
  explicit Sieve(std::size_t most) : most_(most), hand_(entries_.end()) {}
  [[nodiscard]] std::string_view name() const override { return "SIEVE"; }
  bool ask(std::uint64_t key, std::size_t bytes) override {
    const auto found = places_.find(key);
    if (found != places_.end()) {
      found->second->is_visited = true;
      return true;
    }
    bytes_ += bytes;
    while (bytes_ > most_ && !entries_.empty()) {
      evict();
    }
    entries_.push_front({{key, bytes}, false});
    places_[key] = entries_.begin();
    return false;
  }

 private:
  struct Entry {
    Asked asked;
    bool is_visited;
  };
  // The hand moves from the oldest towards the newest.
  void evict() {
    if (hand_ == entries_.end()) {
      hand_ = std::prev(entries_.end());
    }
    while (hand_->is_visited) {
      hand_->is_visited = false;
      hand_ = hand_ == entries_.begin() ? std::prev(entries_.end()) : std::prev(hand_);
    }
    const auto gone = hand_;
    hand_ = gone == entries_.begin() ? entries_.end() : std::prev(gone);
    bytes_ -= gone->asked.bytes;
    places_.erase(gone->asked.key);
    entries_.erase(gone);
  }

  std::size_t most_;
  std::size_t bytes_ = 0;
  std::list<Entry> entries_;
  std::list<Entry>::iterator hand_;
  std::unordered_map<std::uint64_t, std::list<Entry>::iterator> places_;
};

// With exact ghosts, unlike the cache's own.
class S3Fifo final : public CachePolicy {
 public:
  explicit S3Fifo(std::size_t most) : most_(most) {}
  [[nodiscard]] std::string_view name() const override { return "S3-FIFO"; }
  bool ask(std::uint64_t key, std::size_t bytes) override {
    const auto found = places_.find(key);
    if (found != places_.end()) {
      found->second->uses = std::min(3, found->second->uses + 1);
      return true;
    }
    const bool is_ghost = ghosts_.erase(key) == 1;
    while (small_bytes_ + main_bytes_ + bytes > most_ && small_bytes_ + main_bytes_ > 0) {
      evict();
    }
    std::list<Entry>& list = is_ghost ? main_ : small_;
    (is_ghost ? main_bytes_ : small_bytes_) += bytes;
    list.push_front({{key, bytes}, 0});
    places_[key] = list.begin();
    return false;
  }

 private:
  struct Entry {
    Asked asked;
    int uses;
  };
  void evict() {
    if (small_bytes_ > most_ / 10 || main_.empty()) {
      evict_small();
    } else {
      evict_main();
    }
  }
  void evict_small() {
    const auto oldest = std::prev(small_.end());
    small_bytes_ -= oldest->asked.bytes;
    if (oldest->uses > 0) {
      oldest->uses = 0;
      main_bytes_ += oldest->asked.bytes;
      main_.splice(main_.begin(), small_, oldest);
      return;
    }
    add_ghost(oldest->asked.key);
    places_.erase(oldest->asked.key);
    small_.erase(oldest);
  }
  void evict_main() {
    const auto oldest = std::prev(main_.end());
    if (oldest->uses > 0) {
      --oldest->uses;
      main_.splice(main_.begin(), main_, oldest);
      return;
    }
    main_bytes_ -= oldest->asked.bytes;
    places_.erase(oldest->asked.key);
    main_.erase(oldest);
  }
  void add_ghost(std::uint64_t key) {
    ghosts_[key] = ++clock_;
    ghost_order_.emplace_back(key, clock_);
    while (ghosts_.size() > std::max<std::size_t>(main_.size(), 1) && !ghost_order_.empty()) {
      const auto [oldest, time] = ghost_order_.front();
      ghost_order_.pop_front();
      const auto known = ghosts_.find(oldest);
      if (known != ghosts_.end() && known->second == time) {
        ghosts_.erase(known);
      }
    }
  }

  std::size_t most_;
  std::size_t small_bytes_ = 0;
  std::size_t main_bytes_ = 0;
  std::list<Entry> small_;
  std::list<Entry> main_;
  std::unordered_map<std::uint64_t, std::list<Entry>::iterator> places_;
  std::unordered_map<std::uint64_t, std::uint64_t> ghosts_;
  std::list<std::pair<std::uint64_t, std::uint64_t>> ghost_order_;
  std::uint64_t clock_ = 0;
};

// A window of 1 % by recency in front of a segmented main part, which a newcomer enters only if the
// sketch has seen it more often than the one it would replace.
class TinyLfu final : public CachePolicy {
 public:
  explicit TinyLfu(std::size_t most)
      : window_most_(std::max<std::size_t>(most / 100, 1)),
        main_most_(most - most / 100),
        protected_most_(main_most_ / 5 * 4) {}
  [[nodiscard]] std::string_view name() const override { return "W-TinyLFU"; }
  bool ask(std::uint64_t key, std::size_t bytes) override {
    count(key);
    const auto found = places_.find(key);
    if (found != places_.end()) {
      use(found->second);
      return true;
    }
    push(window_, kWindow, {key, bytes});
    while (window_.bytes > window_most_ && !window_.entries.empty()) {
      const Asked newcomer = pop(window_);
      admit(newcomer);
    }
    return false;
  }

 private:
  enum Part { kWindow, kProbation, kProtected };
  struct List {
    std::list<Asked> entries;
    std::size_t bytes = 0;
  };
  struct Place {
    Part part;
    std::list<Asked>::iterator at;
  };
  static constexpr std::size_t kRow = 1U << 18U;

  List& list_of(Part part) {
    return part == kWindow ? window_ : part == kProbation ? probation_ : protected_;
  }
  void push(List& list, Part part, Asked asked) {
    list.entries.push_front(asked);
    list.bytes += asked.bytes;
    places_[asked.key] = {part, list.entries.begin()};
  }
  Asked pop(List& list) {
    const Asked oldest = list.entries.back();
    list.bytes -= oldest.bytes;
    places_.erase(oldest.key);
    list.entries.pop_back();
    return oldest;
  }
  void use(Place& place) {
    List& list = list_of(place.part);
    if (place.part != kProbation) {
      list.entries.splice(list.entries.begin(), list.entries, place.at);
      return;
    }
    const Asked asked = *place.at;
    list.bytes -= asked.bytes;
    list.entries.erase(place.at);
    push(protected_, kProtected, asked);
    while (protected_.bytes > protected_most_) {
      push(probation_, kProbation, pop(protected_));
    }
  }
  void admit(const Asked& newcomer) {
    while (probation_.bytes + protected_.bytes + newcomer.bytes > main_most_) {
      List& victims = probation_.entries.empty() ? protected_ : probation_;
      if (victims.entries.empty() ||
          estimate(newcomer.key) <= estimate(victims.entries.back().key)) {
        return;
      }
      pop(victims);
    }
    push(probation_, kProbation, newcomer);
  }
  static std::size_t cell(std::uint64_t key, std::uint64_t row) {
    std::uint64_t mixed = (key + row * 0x9E3779B97F4A7C15U) * 0xBF58476D1CE4E5B9U;
    mixed ^= mixed >> 31U;
    return (mixed * 0x94D049BB133111EBU >> 40U) % kRow;
  }
  void count(std::uint64_t key) {
    for (std::size_t row = 0; row < sketch_.size(); ++row) {
      std::uint8_t& counter = sketch_[row][cell(key, row)];
      counter = counter < 15 ? counter + 1 : counter;
    }
    if (++counted_ == kRow * 8) {  // old fame fades
      counted_ = 0;
      for (auto& row : sketch_) {
        for (std::uint8_t& counter : row) {
          counter /= 2;
        }
      }
    }
  }
  [[nodiscard]] int estimate(std::uint64_t key) const {
    int least = 15;
    for (std::size_t row = 0; row < sketch_.size(); ++row) {
      least = std::min<int>(least, sketch_[row][cell(key, row)]);
    }
    return least;
  }

  std::size_t window_most_;
  std::size_t main_most_;
  std::size_t protected_most_;
  List window_;
  List probation_;
  List protected_;
  std::unordered_map<std::uint64_t, Place> places_;
  std::array<std::vector<std::uint8_t>, 4> sketch_{
      std::vector<std::uint8_t>(kRow), std::vector<std::uint8_t>(kRow),
      std::vector<std::uint8_t>(kRow), std::vector<std::uint8_t>(kRow)};
  std::size_t counted_ = 0;
};

}  // namespace

std::vector<std::unique_ptr<CachePolicy>> reference_policies(std::size_t most_bytes) {
  std::vector<std::unique_ptr<CachePolicy>> policies;
  policies.push_back(std::make_unique<Lru>(most_bytes));
  policies.push_back(std::make_unique<Lfu>(most_bytes));
  policies.push_back(std::make_unique<S3Fifo>(most_bytes));
  policies.push_back(std::make_unique<Sieve>(most_bytes));
  policies.push_back(std::make_unique<TinyLfu>(most_bytes));
  return policies;
}

std::vector<Asked> zipf_trace(std::size_t length, std::size_t keys, double exponent, double repeats,
                              const std::vector<std::size_t>& sizes, std::uint32_t seed) {
  constexpr std::size_t kLoop = 8;  // an agent asks again within its last few requests
  std::vector<double> sums(keys);
  double sum = 0;
  for (std::size_t i = 0; i < keys; ++i) {
    sum += 1 / std::pow(static_cast<double>(i + 1), exponent);
    sums[i] = sum;
  }
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> chance(0, 1);
  std::vector<Asked> trace;
  trace.reserve(length);
  while (trace.size() < length) {
    if (trace.size() >= kLoop && chance(random) < repeats) {
      trace.push_back(trace[trace.size() - 1 - random() % kLoop]);
      continue;
    }
    const auto place = std::lower_bound(sums.begin(), sums.end(), chance(random) * sum);
    const auto rank = std::min<std::size_t>(place - sums.begin(), keys - 1);
    // Ranks are spread over the sizes, or the popular ones would all be small.
    trace.push_back({rank, sizes[rank * 2654435761U % sizes.size()]});
  }
  return trace;
}

}  // namespace llmgate::test
