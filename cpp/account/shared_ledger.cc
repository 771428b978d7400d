#include "account/shared_ledger.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <iterator>
#include <optional>

namespace llmgate::account {
namespace {

using Turn = store::Worker::Turn;

// Jobs, not calls: orders and usage wait outside of the worker's queue.
constexpr std::size_t kMaxWaiting = 4096;
// Bids and settlements that may wait for a file that is slow or away.
constexpr std::size_t kMaxOrders = 100'000;
// After a failure: a file that is locked keeps the worker for as long as it waits for it.
constexpr std::chrono::milliseconds kRetry{5000};

Error stopped_error() {
  Error error;
  error.kind = ErrorKind::kShutdown;
  error.message = "the ledger has been closed";
  return error;
}

// What a call is told. It is nobody's mistake in the request, and asking again at once or asking
// someone else would meet the same file.
Error unchecked(const std::string& path, const Error& why) {
  Error error;
  error.kind = ErrorKind::kInternal;
  error.message = "a shared budget cannot be checked, so nothing was sent: the ledger '" + path +
                  "' cannot be used: " + why.message;
  return error;
}

// Of this process, whatever ledgers it opens: one that is enabled again has the same owner.
std::uint64_t next_number() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

std::string text_of(const Amount& amount) {
  return "$" + amount.usd.text() + " and " + std::to_string(amount.tokens) + " tokens";
}

}  // namespace

SharedLedger::SharedLedger(SharedLedgerOptions options)
    : options_(std::move(options)), keep_days_(options_.keep_days), worker_(kMaxWaiting) {}

SharedLedger::~SharedLedger() { close(); }

Result<std::shared_ptr<SharedLedger>> SharedLedger::open(SharedLedgerOptions options,
                                                         WallTime now) {
  std::shared_ptr<SharedLedger> ledger(new SharedLedger(std::move(options)));
  if (Failure failure = ledger->connect()) {
    return std::move(*failure);
  }
  Failure failure = ledger->take_over_abandoned(now);
  failure = failure ? std::move(failure) : ledger->forget_old(day_of(now));
  if (failure) {
    return std::move(*failure);
  }
  return ledger;
}

Failure SharedLedger::connect() {
  LedgerFileOptions options;
  options.path = options_.path;
  options.busy_timeout = options_.busy_timeout;
  auto file = LedgerFile::open(std::move(options));
  if (!file) {
    return std::move(file.error());
  }
  auto accounts = SharedAccounts::open((*file)->database(), options_.process(), options_.life_of);
  if (!accounts) {
    return std::move(accounts.error());
  }
  file_ = std::move(*file);
  accounts_ = std::move(*accounts);
  return std::nullopt;
}

Failure SharedLedger::ready() { return file_ != nullptr ? std::nullopt : connect(); }

Failure SharedLedger::in_transaction(const std::function<Failure()>& act) {
  if (Failure failure = ready()) {
    return failure;
  }
  Failure failure;
  may_be_committed_ = false;
  {
    auto transaction = store::Transaction::begin(file_->database());
    if (!transaction) {
      failure = std::move(transaction.error());
    } else if (failure = act(); !failure) {
      may_be_committed_ = true;
      failure = transaction->commit();
    }
  }
  if (failure && !store::is_busy(*failure)) {
    accounts_ = nullptr;  // first: its statements are the file's
    file_ = nullptr;
  }
  return failure;
}

Failure SharedLedger::take_over_abandoned(WallTime now) {
  Failure failure = in_transaction([&]() -> Failure {
    const auto taken = accounts_->take_over_abandoned(now);
    abandoned_ = taken ? *taken : Abandoned();
    return taken ? std::nullopt : Failure(taken.error());
  });
  if (!failure) {
    tell_of_abandoned();
  }
  return failure;
}

// Once a day is enough.
Failure SharedLedger::forget_old(std::int32_t today) {
  const std::pair<std::int32_t, std::int32_t> wanted{today, keep_days_.load()};
  if (forgot_ == wanted) {
    return std::nullopt;
  }
  Failure failure = in_transaction([&] {
    Failure own =
        wanted.second > 0 ? file_->forget_before(today - wanted.second + 1) : std::nullopt;
    return own ? std::move(own)
               : accounts_->rows().forget_idle(WallTime(std::chrono::hours(24) * today));
  });
  if (!failure) {
    forgot_ = wanted;
  }
  return failure;
}

void SharedLedger::tell_of_abandoned() {
  const Abandoned told = std::exchange(abandoned_, {});
  if (told.reservations > 0) {
    options_.warn("ledger '" + options_.path + "': " + std::to_string(told.reservations) +
                  " reservations of processes that died before they settled them count as spent, "
                  "as they may have been billed: " +
                  text_of(told.amount));
  }
}

void SharedLedger::add(const CallRecord& record) {
  MutexLock lock(mutex_);
  usage_->add(record);
  write_usage_in(options_.lag);
}

void SharedLedger::write_usage_in(std::chrono::milliseconds delay) {
  if (!is_usage_due_) {
    is_usage_due_ = worker_.submit_after(delay, [this](Turn turn) {
      if (turn == Turn::kRun) {
        (void)write_usage();
      }
    });
  }
}

Failure SharedLedger::write_usage() {
  auto taken = std::make_unique<Ledger>();
  {
    MutexLock lock(mutex_);
    taken.swap(usage_);
    is_usage_due_ = false;
  }
  if (taken->size() == 0) {
    return std::nullopt;
  }
  const std::vector<LedgerSum> sums = taken->take();
  Failure failure = ready();
  failure = failure ? std::move(failure) : file_->add(sums);
  if (!failure) {
    has_complained_ = false;
    std::int32_t newest = 0;
    for (const LedgerSum& sum : sums) {
      newest = std::max(newest, sum.key.day);
    }
    (void)forget_old(newest);  // what fails is tried again with the next usage
    return std::nullopt;
  }
  complain(*failure);
  MutexLock lock(mutex_);
  for (const LedgerSum& sum : sums) {
    usage_->add(sum);
  }
  write_usage_in(kRetry);
  return failure;
}

void SharedLedger::complain(const Error& error) {
  if (!std::exchange(has_complained_, true)) {
    options_.warn(
        "ledger '" + options_.path +
        "' cannot be written; what is to be written is kept, and tried again: " + error.message);
  }
}

std::uint64_t SharedLedger::reserve(SharedBid bid, OnAnswer on_answer) {
  const std::uint64_t number = next_number();
  put(Bid{number, std::move(bid), std::move(on_answer)});
  return number;
}

void SharedLedger::settle(std::uint64_t number, const Amount& actual, WallTime now) {
  put(Settlement{number, actual, now});
}

void SharedLedger::put(Order order) {
  Error error = stopped_error();
  Orders refused;
  {
    MutexLock lock(mutex_);
    const bool is_full = orders_.size() >= kMaxOrders && std::holds_alternative<Bid>(order);
    if (is_full) {
      error.message = std::to_string(kMaxOrders) + " reservations and settlements wait already";
      refused.push_back(std::move(order));
    } else {
      orders_.push_back(std::move(order));
      if (!start_orders()) {
        orders_.swap(refused);
      }
    }
  }
  answer_all(std::move(refused), error);
}

bool SharedLedger::start_orders() {
  are_orders_due_ = are_orders_due_ || worker_.submit([this](Turn turn) {
    if (turn == Turn::kRun) {
      (void)write_orders();
    }
  });
  return are_orders_due_;
}

Failure SharedLedger::write_orders() {
  Orders orders;
  {
    MutexLock lock(mutex_);
    orders.swap(orders_);
    are_orders_due_ = false;
  }
  if (orders.empty()) {
    return std::nullopt;
  }
  std::vector<SharedAnswer> answers;
  Failure failure = in_transaction([&] { return carry_out(orders, answers); });
  if (failure) {
    refuse(std::move(orders), *failure);
    return failure;
  }
  has_complained_ = false;
  tell_of_abandoned();
  auto answer = answers.begin();
  for (Order& order : orders) {
    if (auto* bid = std::get_if<Bid>(&order)) {
      bid->on_answer(std::move(*answer++));
    }
  }
  return std::nullopt;
}

Failure SharedLedger::carry_out(Orders& orders, std::vector<SharedAnswer>& answers) {
  abandoned_ = {};
  bool has_looked = false;
  for (Order& order : orders) {
    if (const auto* settlement = std::get_if<Settlement>(&order)) {
      if (Failure failure =
              accounts_->settle(settlement->number, settlement->actual, settlement->now)) {
        return failure;
      }
      continue;
    }
    const Bid& bid = std::get<Bid>(order);
    auto grant = reserve_now(bid, has_looked);
    if (!grant) {
      return std::move(grant.error());
    }
    answers.push_back({bid.number, std::move(*grant), std::nullopt});
  }
  return std::nullopt;
}

// Where there is no room, the dead may still hold some of a span that is over.
Result<SharedGrant> SharedLedger::reserve_now(const Bid& bid, bool& has_looked) {
  auto grant = accounts_->reserve(bid.number, bid.bid);
  if (!grant || grant->is_granted || std::exchange(has_looked, true)) {
    return grant;
  }
  auto taken = accounts_->take_over_abandoned(bid.bid.now);
  if (!taken) {
    return std::move(taken.error());
  }
  abandoned_ = *taken;
  return taken->reservations > 0 ? accounts_->reserve(bid.number, bid.bid) : std::move(grant);
}

// Bids are answered, settlements wait for the next time.
void SharedLedger::refuse(Orders orders, const Error& error) {
  Orders kept;
  Orders refused;
  for (Order& order : orders) {
    const auto* bid = std::get_if<Bid>(&order);
    if (bid != nullptr && may_be_committed_) {
      kept.emplace_back(Settlement{bid->number, {}, bid->bid.now});
    }
    (bid != nullptr ? refused : kept).push_back(std::move(order));
  }
  if (!kept.empty()) {
    complain(error);
    MutexLock lock(mutex_);
    kept.insert(kept.end(), std::make_move_iterator(orders_.begin()),
                std::make_move_iterator(orders_.end()));
    orders_ = std::move(kept);
    is_retry_due_ = is_retry_due_ || worker_.submit_after(kRetry, [this](Turn turn) {
      {
        MutexLock retry_lock(mutex_);
        is_retry_due_ = false;
      }
      if (turn == Turn::kRun) {
        (void)write_orders();
      }
    });
  }
  answer_all(std::move(refused), error);
}

void SharedLedger::answer_all(Orders orders, const Error& error) {
  for (Order& order : orders) {
    if (auto* bid = std::get_if<Bid>(&order)) {
      bid->on_answer({bid->number, {}, unchecked(options_.path, error)});
    }
  }
}

Failure SharedLedger::run_and_wait(const std::function<Failure()>& act) {
  auto done = std::make_shared<std::promise<Failure>>();
  auto result = done->get_future();
  const bool is_taken = worker_.submit([done, &act](Turn turn) {
    done->set_value(turn == Turn::kRun ? act() : Failure(stopped_error()));
  });
  return is_taken ? result.get() : Failure(stopped_error());
}

Failure SharedLedger::flush() {
  return run_and_wait([this] {
    Failure failure = write_orders();
    Failure of_usage = write_usage();
    return failure ? failure : of_usage;
  });
}

Result<std::vector<LedgerSum>> SharedLedger::sums() {
  Result<std::vector<LedgerSum>> sums = std::vector<LedgerSum>();
  Failure failure = run_and_wait([&] {
    Failure own = write_usage();
    own = own ? std::move(own) : ready();
    if (!own) {
      sums = file_->sums();
    }
    return own;
  });
  if (failure) {
    return std::move(*failure);
  }
  return sums;
}

Result<SharedLedger::Accounts> SharedLedger::accounts(const SharedKey& of, WallTime now) {
  Result<Accounts> found = Accounts();
  Failure failure = run_and_wait([&] {
    Failure own = write_orders();
    own = own ? std::move(own) : take_over_abandoned(now);
    if (!own) {
      found = accounts_->rows().list(of, now);
    }
    return own;
  });
  if (failure) {
    return std::move(*failure);
  }
  return found;
}

void SharedLedger::close() {
  (void)flush();
  worker_.stop();
  Orders left;
  {
    MutexLock lock(mutex_);
    left.swap(orders_);
  }
  answer_all(std::move(left), stopped_error());
}

void SharedLedger::before_fork() {
  worker_.pause();
  MutexLock lock(mutex_);  // several threads may fork at once
  accounts_ = nullptr;
  file_ = nullptr;
}

void SharedLedger::after_fork() { worker_.resume(); }

std::shared_ptr<SharedLedger> SharedLedger::for_child() const {
  SharedLedgerOptions options = options_;
  options.keep_days = keep_days_.load();
  return std::shared_ptr<SharedLedger>(new SharedLedger(std::move(options)));
}

}  // namespace llmgate::account
