// The slow tiers of one cache, from the quickest to the slowest, on one worker thread: what a call
// asks when memory has no answer. Nobody waits here: callers give a job and go on, and a full queue
// says no. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "cache/tier.h"
#include "store/worker.h"

namespace llmgate::cache {

struct TiersStats {
  std::vector<TierStats> tiers;
  std::uint64_t dropped_gets = 0;  // the queue was full: a miss
  std::uint64_t dropped_puts = 0;  // the queue was full: not stored
  std::uint64_t late_gets = 0;     // their deadline had passed before their turn: a miss
};

class Tiers {
 public:
  static constexpr std::size_t kMaxWaiting = 4096;
  // Called exactly once, on the worker thread (or on the thread that stops the tiers).
  using OnAnswer = std::function<void(std::optional<StoredRecord> record)>;
  using OnDone = std::function<void(Failure failure)>;
  using Encode = std::function<std::string()>;  // the record's bytes; runs on the worker

  // Asked in this order. `clock` must outlive the tiers.
  Tiers(std::vector<std::unique_ptr<Tier>> tiers, const Clock& clock,
        std::size_t max_waiting = kMaxWaiting);
  ~Tiers();  // stops
  Tiers(const Tiers&) = delete;
  Tiers& operator=(const Tiers&) = delete;

  // The first tier that has the record answers, and those before it get it too, after the answer.
  // False: dropped, `on_answer` is never called. No tier is asked once `deadline` has passed;
  // one that is being asked may answer later than that.
  [[nodiscard]] bool get(RecordKey key, TimePoint deadline, OnAnswer on_answer);
  // To all tiers, some time after; dropped, and counted, when too much waits.
  void put(RecordKey key, Encode encode, std::int64_t stored_at_ms,
           std::int64_t expires_at_ms = kNeverExpires);
  // From all tiers; the first failure is told. False: dropped, `on_done` is never called.
  [[nodiscard]] bool erase(RecordKey key, OnDone on_done);
  [[nodiscard]] bool clear(std::string space, OnDone on_done);
  [[nodiscard]] bool clear_all(OnDone on_done);

  void stop();  // what still waits is answered with nothing; what waits to be stored is lost
  void pause() { worker_.pause(); }  // around a fork: see store/worker.h
  void resume() { worker_.resume(); }
  [[nodiscard]] TiersStats stats() const;

 private:
  using ForEach = std::function<Failure(Tier& tier)>;
  [[nodiscard]] bool submit_for_all(ForEach act, OnDone on_done);
  void look_up(const RecordKey& key, const OnAnswer& on_answer);
  [[nodiscard]] std::int64_t now_ms() const;

  const std::vector<std::unique_ptr<Tier>> tiers_;
  const Clock& clock_;
  std::atomic<std::uint64_t> dropped_gets_{0};
  std::atomic<std::uint64_t> dropped_puts_{0};
  std::atomic<std::uint64_t> late_gets_{0};
  store::Worker worker_;  // last: it stops before what its jobs use is gone
};

}  // namespace llmgate::cache
