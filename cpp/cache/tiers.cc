#include "cache/tiers.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace llmgate::cache {
namespace {

using Turn = store::Worker::Turn;

Error stopped_error() {
  Error error;
  error.kind = ErrorKind::kShutdown;
  error.message = "the cache's tiers have stopped";
  return error;
}

}  // namespace

Tiers::Tiers(std::vector<std::unique_ptr<Tier>> tiers, const Clock& clock, std::size_t max_waiting)
    : tiers_(std::move(tiers)), clock_(clock), worker_(max_waiting) {}

Tiers::~Tiers() { stop(); }

void Tiers::stop() { worker_.stop(); }

bool Tiers::get(RecordKey key, TimePoint deadline, OnAnswer on_answer) {
  const bool taken = worker_.submit(
      [this, key = std::move(key), deadline, on_answer = std::move(on_answer)](Turn turn) {
        if (turn == Turn::kStopped) {
          on_answer(std::nullopt);
        } else if (clock_.now() >= deadline) {
          ++late_gets_;
          on_answer(std::nullopt);
        } else {
          look_up(key, on_answer);
        }
      });
  if (!taken) {
    ++dropped_gets_;
  }
  return taken;
}

void Tiers::look_up(const RecordKey& key, const OnAnswer& on_answer) {
  for (std::size_t place = 0; place < tiers_.size(); ++place) {
    std::optional<StoredRecord> record = tiers_[place]->get(key, now_ms());
    if (!record) {
      continue;
    }
    // The copy is made only where a quicker tier wants it, and the caller does not wait for that.
    const StoredRecord kept = place > 0 ? *record : StoredRecord();
    on_answer(std::move(record));
    for (std::size_t quicker = 0; quicker < place; ++quicker) {
      tiers_[quicker]->put(key, kept.bytes, kept.stored_at_ms, kept.expires_at_ms);
    }
    return;
  }
  on_answer(std::nullopt);
}

void Tiers::put(RecordKey key, Encode encode, std::int64_t stored_at_ms,
                std::int64_t expires_at_ms) {
  const bool taken = worker_.submit([this, key = std::move(key), encode = std::move(encode),
                                     stored_at_ms, expires_at_ms](Turn turn) {
    if (turn == Turn::kStopped) {
      return;
    }
    const std::string bytes = encode();
    for (const std::unique_ptr<Tier>& tier : tiers_) {
      tier->put(key, bytes, stored_at_ms, expires_at_ms);
    }
  });
  if (!taken) {
    ++dropped_puts_;
  }
}

bool Tiers::submit_for_all(ForEach act, OnDone on_done) {
  return worker_.submit([this, act = std::move(act), on_done = std::move(on_done)](Turn turn) {
    if (turn == Turn::kStopped) {
      on_done(stopped_error());
      return;
    }
    Failure first;
    for (const std::unique_ptr<Tier>& tier : tiers_) {
      Failure failure = act(*tier);
      if (failure && !first) {
        first = std::move(failure);
      }
    }
    on_done(std::move(first));
  });
}

bool Tiers::erase(RecordKey key, OnDone on_done) {
  return submit_for_all([key = std::move(key)](Tier& tier) { return tier.erase(key); },
                        std::move(on_done));
}

bool Tiers::clear(std::string space, OnDone on_done) {
  return submit_for_all([space = std::move(space)](Tier& tier) { return tier.clear(space); },
                        std::move(on_done));
}

bool Tiers::clear_all(OnDone on_done) {
  return submit_for_all([](Tier& tier) { return tier.clear_all(); }, std::move(on_done));
}

TiersStats Tiers::stats() const {
  TiersStats stats;
  stats.tiers.reserve(tiers_.size());
  std::transform(tiers_.begin(), tiers_.end(), std::back_inserter(stats.tiers),
                 [](const std::unique_ptr<Tier>& tier) { return tier->stats(); });
  stats.dropped_gets = dropped_gets_;
  stats.dropped_puts = dropped_puts_;
  stats.late_gets = late_gets_;
  return stats;
}

std::int64_t Tiers::now_ms() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(clock_.wall().time_since_epoch())
      .count();
}

}  // namespace llmgate::cache
