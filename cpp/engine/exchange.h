// One HTTP exchange of a call: its target, its clocks, what has come of its answer. A call has one,
// or two while it is hedged. Loop only; lives as long as its call.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "account/budget_book.h"
#include "chat/disposition.h"
#include "chat/request.h"
#include "engine/answer_reader.h"
#include "engine/call_account.h"
#include "engine/call_spec.h"
#include "engine/deadlines.h"
#include "net/event_loop.h"
#include "net/http.h"
#include "net/transport.h"
#include "routing/faults.h"
#include "routing/fleet.h"
#include "routing/outcome.h"

namespace llmgate::engine {

class Exchange;

// What a Router's chaos does to an attempt.
struct InjectedFault {
  routing::FaultEffect effect;
  bool is_pending = false;  // no transfer, but the attempt is under way
  net::TimerId timer = 0;   // until its error, or until it is sent
  std::optional<net::HttpRequest> held;
};

// Room in shared budgets that the ledger was asked for, before the attempt is sent.
struct PendingBid {
  CallAccount::Permit permit;  // once it says yes
  int round = 0;               // how often it has been asked
  bool is_pending = true;      // the attempt waits for the answer
};

class ExchangeOwner {
 public:
  virtual void take_head(Exchange& exchange, net::ResponseHead head) = 0;
  virtual void take_body(Exchange& exchange, std::string_view bytes) = 0;
  virtual void take_end(Exchange& exchange, net::TransferEnd end) = 0;

 protected:
  ~ExchangeOwner() = default;
};

class Exchange final : public net::TransferObserver {
 public:
  explicit Exchange(ExchangeOwner& owner) : owner_(owner) {}
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  void on_head(net::ResponseHead head) override { owner_.take_head(*this, std::move(head)); }
  void on_body(std::string_view bytes) override { owner_.take_body(*this, bytes); }
  void on_end(net::TransferEnd end) override { owner_.take_end(*this, std::move(end)); }

  [[nodiscard]] bool is_running() const {
    return transfer != 0 || (injected != nullptr && injected->is_pending) ||
           (bid != nullptr && bid->is_pending);
  }

  // Where it goes. Of a routed call, target and times are those of the deployment.
  routing::Path path;
  std::optional<routing::Admission> admission;
  const providers::Target* target = nullptr;
  const Timeouts* timeouts = nullptr;
  // Where these are not the call's own.
  std::unique_ptr<const providers::Target> own_target;
  std::unique_ptr<const Timeouts> own_timeouts;
  std::unique_ptr<const chat::ChatRequest> own_request;

  std::size_t attempt = 0;               // its place in the route
  net::TransferId transfer = 0;          // 0: none is running
  std::unique_ptr<AnswerReader> reader;  // null before the first attempt
  std::vector<std::string> chunks;
  std::size_t chunks_in_window = 0;  // handed over since the pace was looked at
  CallTimes times;
  std::unique_ptr<InjectedFault> injected;            // null: nothing is
  std::unique_ptr<account::Reservation> reservation;  // null: under no budget
  std::unique_ptr<PendingBid> bid;                    // null: none, or it was granted
  chat::Dispositions budget_notes;                    // what was changed for a budget
  bool hides_usage = false;  // usage was asked for by us: its chunk is not the caller's

 private:
  ExchangeOwner& owner_;
};

}  // namespace llmgate::engine
