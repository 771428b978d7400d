// Where a call's results go: a wait slot for a sync caller, a queue for an asyncio loop. The engine
// knows only this interface; sinks are thread-safe, the loop thread delivers.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "account/cost.h"
#include "base/error.h"
#include "base/hash.h"
#include "chat/answer.h"
#include "json/document.h"
#include "net/http.h"

namespace llmgate::engine {

using Token = std::uint64_t;  // names one call; never 0, never used twice in a process

// One HTTP exchange of a call, for `response.route`.
struct Attempt {
  std::string_view provider;  // the name on its card
  std::string model;
  std::string base_url;
  std::string deployment;          // of a routed call
  std::string_view outcome_class;  // the letter of the study's classes; empty: finished, or running
  int status = 0;                  // 0: none was received
  std::string request_id;
  std::string outcome;                   // "finished" or an error kind's name
  std::string why;                       // why it was made, or why it was the last
  std::chrono::microseconds started{0};  // since the call began
  std::chrono::microseconds waited{0};   // before it was made, for a place or between two attempts
  std::optional<std::chrono::microseconds> first_content;  // since the attempt began
  std::chrono::microseconds total{0};
  bool maybe_billed = false;         // failed, but the provider may charge for it
  std::optional<account::Usd> cost;  // nothing: not known
  bool missing_marker = false;       // a whole stream without its format's end marker
  std::string_view injected;         // the fault of a Router's chaos; empty: none
  bool is_hedge = false;             // beside another one, to see which answers first
};

// HIT, MISS, REFRESH (not looked up, but stored) and DISABLED (a cache that this call does not
// use).
enum class CacheStatus : std::uint8_t { kNone, kHit, kMiss, kRefresh, kDisabled };
std::string_view name_of(CacheStatus status);  // empty for kNone

// What the cache did for a call.
struct CacheNote {
  CacheStatus status = CacheStatus::kNone;
  Hash128 place;          // of a hit's entry
  std::string_view tier;  // that had the entry
  std::chrono::milliseconds age{0};
  std::size_t shared_by = 1;  // callers of one merged call
};

// A finished call. With an error, the turn of its answer holds what had arrived.
struct Completion {
  explicit Completion(std::shared_ptr<const chat::Answer> with) : answer(std::move(with)) {}

  std::optional<Error> error;
  std::shared_ptr<const chat::Answer> answer;  // never null
  std::vector<Attempt> route;
  std::unique_ptr<account::Cost> cost;     // of the attempt that answered; null: not known
  std::optional<account::Usd> total_cost;  // of all attempts whose cost is known
  account::Usd saved;                      // by the cache: what the answer cost when it was made
  std::vector<std::string> warnings;       // of budgets
  // By our own count, where the provider reported none and a price is known; null: not counted.
  std::unique_ptr<chat::Usage> counted_usage;
  net::Headers headers;              // of the last answer
  std::string raw;                   // what was received, unless it is the answer's own `raw`;
                                     // of streams only when asked for
  json::Document raw_index;          // of the answer's `raw`
  std::unique_ptr<CacheNote> cache;  // null: there was none, and nobody shared the call

  // The last answer's body, wherever it lies.
  [[nodiscard]] const std::string& body() const { return answer->raw.empty() ? raw : answer->raw; }
};

// Bytes of one stream that were delivered but not yet taken. Loop and reader share it.
struct StreamFlow {
  static constexpr std::size_t kPauseAbove = 256 * 1024;
  static constexpr std::size_t kResumeBelow = 64 * 1024;
  std::atomic<std::size_t> unread_bytes{0};
  std::atomic<bool> is_paused{false};

  // The reader has taken so many bytes. True: it has caught up, and must let the stream go on.
  [[nodiscard]] bool take(std::size_t bytes) {
    return ends_pause(unread_bytes.fetch_sub(bytes) - bytes);
  }
  // Whether a pause ends with so much unread; true for one of those who ask.
  [[nodiscard]] bool ends_pause(std::size_t unread) {
    return unread < kResumeBelow && is_paused.exchange(false);
  }
};

class CompletionSink {
 public:
  virtual ~CompletionSink() = default;
  // Chunks of one stream, in order; each an OpenAI-shaped chunk of its own. None at all says that
  // the provider has accepted the stream.
  virtual void deliver_chunks(Token token, std::vector<std::string> chunks) = 0;
  // Exactly once for each token, last.
  virtual void deliver_done(Token token, std::unique_ptr<Completion> completion) = 0;
};

}  // namespace llmgate::engine
