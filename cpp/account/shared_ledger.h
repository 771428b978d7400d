// A ledger that processes share, as the rest of one process sees it: usage is added and shared
// budgets are asked without waiting, and a worker thread writes to the file. What waits together is
// written together. Account step of a request's path. Thread-safe.
//
// Usage that cannot be written is kept, told of once, and tried again. Room in a shared budget is
// never given without the file.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "account/ledger.h"
#include "account/ledger_file.h"
#include "account/shared_accounts.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "store/worker.h"

namespace llmgate::account {

// What the file says to a bid.
struct SharedAnswer {
  std::uint64_t number = 0;  // of the bid
  SharedGrant grant;
  Failure failure;  // the file cannot be asked: nothing is known, nothing granted
};

struct SharedLedgerOptions {
  std::string path;
  std::function<void(const std::string& message)> warn;  // on any thread
  std::chrono::milliseconds lag{1000};                   // until usage is written
  std::chrono::milliseconds busy_timeout{2000};
  std::int32_t keep_days = 0;  // of usage, today included; 0: all of them
  std::function<ProcessMark()> process = this_process;
  SharedAccounts::LifeOf life_of = account::life_of;
};

class SharedLedger {
 public:
  using OnAnswer = std::function<void(SharedAnswer answer)>;
  using Accounts = std::vector<std::pair<std::string, AccountState>>;

  // Opens or makes the file, on this thread; `now` is for what dead processes have left.
  static Result<std::shared_ptr<SharedLedger>> open(SharedLedgerOptions options, WallTime now);
  ~SharedLedger();  // closes
  SharedLedger(const SharedLedger&) = delete;
  SharedLedger& operator=(const SharedLedger&) = delete;

  void add(const CallRecord& record);
  // From the next writing on.
  void keep_days(std::int32_t days) { keep_days_.store(days); }
  // The bid's number. `on_answer` is called once, on the worker (on this thread, if it refuses).
  std::uint64_t reserve(SharedBid bid, OnAnswer on_answer);
  // Behind the bid of this number, whatever has become of that. Takes back what is not granted yet.
  void settle(std::uint64_t number, const Amount& actual, WallTime now);

  // These wait for the worker; not for the loop.
  Failure flush();
  Result<std::vector<LedgerSum>> sums();  // of all processes
  Result<Accounts> accounts(const SharedKey& of, WallTime now);
  // Writes what there is to write, and ends. Idempotent.
  void close();

  // Around a fork, for the parent: no connection to the file is carried over it.
  void before_fork();
  void after_fork();
  // The child's own: this one, whose locks may be held by threads that the child does not have, is
  // left where it lies. What waits to be written is the parent's. Opens the file when it is used.
  [[nodiscard]] std::shared_ptr<SharedLedger> for_child() const;

  [[nodiscard]] const std::string& path() const { return options_.path; }

 private:
  struct Bid {
    std::uint64_t number;
    SharedBid bid;
    OnAnswer on_answer;
  };
  struct Settlement {
    std::uint64_t number;
    Amount actual;
    WallTime now;
  };
  using Order = std::variant<Bid, Settlement>;
  using Orders = std::vector<Order>;
  using Job = std::function<void(SharedLedger& ledger)>;

  explicit SharedLedger(SharedLedgerOptions options);
  Failure connect();
  Failure ready();  // connected, in this process
  // In one transaction; a failure closes the file unless it is only busy.
  Failure in_transaction(const std::function<Failure()>& act);
  Failure run_and_wait(const std::function<Failure()>& act);

  void put(Order order);
  [[nodiscard]] bool start_orders() LLMGATE_REQUIRES(mutex_);
  Failure write_orders();
  Failure carry_out(Orders& orders, std::vector<SharedAnswer>& answers);
  Result<SharedGrant> reserve_now(const Bid& bid, bool& has_looked);
  void refuse(Orders orders, const Error& error);
  void answer_all(Orders orders, const Error& error);
  Failure write_usage();
  void write_usage_in(std::chrono::milliseconds delay) LLMGATE_REQUIRES(mutex_);
  Failure take_over_abandoned(WallTime now);
  Failure forget_old(std::int32_t today);
  void tell_of_abandoned();
  void complain(const Error& error);

  const SharedLedgerOptions options_;
  std::atomic<std::int32_t> keep_days_;

  // Of the worker, or of whoever holds it still.
  std::unique_ptr<LedgerFile> file_;
  std::unique_ptr<SharedAccounts> accounts_;
  bool has_complained_ = false;
  bool may_be_committed_ = false;  // the last transaction, although it failed
  Abandoned abandoned_;            // taken over, and not told of yet
  // When what is old was last forgotten, and how many days were kept.
  std::pair<std::int32_t, std::int32_t> forgot_{-1, 0};

  Mutex mutex_;
  std::unique_ptr<Ledger> usage_ LLMGATE_GUARDED_BY(mutex_) = std::make_unique<Ledger>();
  bool is_usage_due_ LLMGATE_GUARDED_BY(mutex_) = false;  // a job will write it
  Orders orders_ LLMGATE_GUARDED_BY(mutex_);
  bool are_orders_due_ LLMGATE_GUARDED_BY(mutex_) = false;  // at once
  bool is_retry_due_ LLMGATE_GUARDED_BY(mutex_) = false;

  store::Worker worker_;  // last: it stops before what its jobs use is gone
};

}  // namespace llmgate::account
