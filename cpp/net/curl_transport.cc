#include "net/curl_transport.h"

#include <curl/curl.h>

#include <cassert>
#include <mutex>
#include <utility>
#include <vector>

#include "net/curl_transfer.h"
#include "net/request_check.h"
#include "net/socket_ledger.h"

namespace llmgate::net {
namespace {

// Idle connections kept, of all servers together: 69 KB each with TLS.
constexpr long kMaxConnections = 1024;
// Idle handles kept: 6 KB each.
constexpr std::size_t kMaxFreeHandles = 1024;
// The low bits of an id name the slot, the others count: no id comes twice.
constexpr unsigned kSlotBits = 24;
constexpr TransferId kSlotMask = (TransferId{1} << kSlotBits) - 1;

class CurlTransport final : public Transport {
 public:
  explicit CurlTransport(EventLoop& loop)
      : loop_(loop), sockets_(loop), multi_(curl_multi_init()) {}
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;
  ~CurlTransport() override;

  [[nodiscard]] bool set_up();

  TransferId start(HttpRequest&& request, TransferObserver& observer) override;
  void cancel(TransferId id) override;
  void pause(TransferId id) override;
  void resume(TransferId id) override;

 private:
  static int on_socket(CURL* easy, curl_socket_t socket, int what, void* self, void*);
  static int on_timer(CURLM*, long timeout_ms, void* self);

  CurlTransfer& take_slot();
  [[nodiscard]] CurlTransfer* find(TransferId id);
  void refuse_later(CurlTransfer& transfer, TransferEnd end);
  void add(CurlTransfer& transfer);
  void drop(CurlTransfer& transfer);
  void finish(CurlTransfer& transfer, CURLcode code);
  void go_on(TransferId id);

  void watch(CURL* easy, curl_socket_t socket, int what);
  void set_timer(long timeout_ms);
  void on_timer_due();
  void kick();
  void act(curl_socket_t socket, int events);
  void settle();

  EventLoop& loop_;
  SocketLedger sockets_;
  CURLM* multi_;

  std::vector<std::unique_ptr<CurlTransfer>> slots_;
  std::vector<std::size_t> free_;  // the one used last on top: its memory is warm
  TransferId last_serial_ = 0;

  // libcurl refuses to add and remove from inside its callbacks: what they ask for waits for
  // settle().
  bool is_inside_curl_ = false;
  std::vector<TransferId> to_add_;
  std::vector<TransferId> to_drop_;

  bool is_kick_posted_ = false;
  TimerId timer_ = 0;                      // 0: not armed
  TimePoint timer_at_ = TimePoint::max();  // when the armed one fires
  TimePoint deadline_ = TimePoint::max();  // when libcurl wants to be called
};

bool CurlTransport::set_up() {
  return multi_ != nullptr &&
         curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlTransport::on_socket) ==
             CURLM_OK &&
         curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this) == CURLM_OK &&
         curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlTransport::on_timer) == CURLM_OK &&
         curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this) == CURLM_OK &&
         curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kMaxConnections) == CURLM_OK;
}

CurlTransport::~CurlTransport() {
  for (const auto& transfer : slots_) {
    if (transfer->state == CurlTransfer::State::kRunning) {
      curl_multi_remove_handle(multi_, transfer->handle());
    }
    transfer->recycle();
    transfer->release_handle();
  }
  curl_multi_cleanup(multi_);  // closes the connections, which unwatches them
  loop_.cancel_timer(timer_);
}

TransferId CurlTransport::start(HttpRequest&& request, TransferObserver& observer) {
  assert(loop_.on_loop_thread());
  CurlTransfer& transfer = take_slot();
  transfer.set_observer(observer);
  if (auto refusal = refuse(request)) {
    refuse_later(transfer, std::move(*refusal));
  } else if (!transfer.begin(std::move(request))) {
    refuse_later(transfer, {TransferFailure::kResource, "out of memory for a request"});
  } else if (is_inside_curl_) {
    transfer.state = CurlTransfer::State::kWaiting;
    to_add_.push_back(transfer.id);
  } else {
    add(transfer);
  }
  return transfer.id;
}

CurlTransfer& CurlTransport::take_slot() {
  if (free_.empty()) {
    assert(slots_.size() < kSlotMask);
    free_.push_back(slots_.size());
    slots_.push_back(std::make_unique<CurlTransfer>(sockets_));
  }
  const std::size_t slot = free_.back();
  free_.pop_back();
  slots_[slot]->id = (++last_serial_ << kSlotBits) | slot;
  return *slots_[slot];
}

CurlTransfer* CurlTransport::find(TransferId id) {
  const std::size_t slot = id & kSlotMask;
  return id != 0 && slot < slots_.size() && slots_[slot]->id == id ? slots_[slot].get() : nullptr;
}

void CurlTransport::refuse_later(CurlTransfer& transfer, TransferEnd end) {
  transfer.state = CurlTransfer::State::kRefused;
  transfer.refusal = std::move(end);
  loop_.post([this, id = transfer.id] {
    if (CurlTransfer* refused = find(id)) {
      TransferObserver& observer = refused->observer();
      TransferEnd refusal = std::move(refused->refusal);
      drop(*refused);
      observer.on_end(std::move(refusal));
    }
  });
}

void CurlTransport::add(CurlTransfer& transfer) {
  if (curl_multi_add_handle(multi_, transfer.handle()) == CURLM_OK) {
    transfer.state = CurlTransfer::State::kRunning;
  } else {
    refuse_later(transfer, {TransferFailure::kResource, "out of memory for a transfer"});
  }
}

// Takes a transfer out, which closes its connection unless the exchange was complete.
void CurlTransport::drop(CurlTransfer& transfer) {
  if (transfer.state == CurlTransfer::State::kRunning) {
    curl_multi_remove_handle(multi_, transfer.handle());
  }
  const std::size_t slot = transfer.id & kSlotMask;
  transfer.recycle();
  if (free_.size() >= kMaxFreeHandles) {
    transfer.release_handle();
  }
  free_.push_back(slot);
}

void CurlTransport::cancel(TransferId id) {
  CurlTransfer* transfer = find(id);
  if (transfer == nullptr) {
    return;
  }
  transfer->cancel();
  if (is_inside_curl_) {
    to_drop_.push_back(id);
  } else {
    drop(*transfer);
  }
}

void CurlTransport::pause(TransferId id) {
  if (CurlTransfer* transfer = find(id)) {
    transfer->pause();
  }
}

void CurlTransport::resume(TransferId id) {
  CurlTransfer* transfer = find(id);
  if (transfer != nullptr && transfer->resume()) {
    loop_.post([this, id] { go_on(id); });
  }
}

// Lets libcurl hand over what it held back; it does so inside the call.
void CurlTransport::go_on(TransferId id) {
  CurlTransfer* transfer = find(id);
  if (transfer == nullptr || transfer->state != CurlTransfer::State::kRunning) {
    return;
  }
  is_inside_curl_ = true;
  const CURLcode code = curl_easy_pause(transfer->handle(), CURLPAUSE_CONT);
  is_inside_curl_ = false;
  if (code != CURLE_OK) {
    finish(*transfer, code);  // libcurl sends no message for this one
  }
  settle();
}

void CurlTransport::finish(CurlTransfer& transfer, CURLcode code) {
  if (transfer.is_cancelled()) {
    drop(transfer);
    return;
  }
  TransferObserver& observer = transfer.observer();
  TransferEnd end = transfer.end(code);
  drop(transfer);
  observer.on_end(std::move(end));
}

int CurlTransport::on_socket(CURL* easy, curl_socket_t socket, int what, void* self, void*) {
  static_cast<CurlTransport*>(self)->watch(easy, socket, what);
  return 0;
}

int CurlTransport::on_timer(CURLM*, long timeout_ms, void* self) {
  static_cast<CurlTransport*>(self)->set_timer(timeout_ms);
  return 0;
}

void CurlTransport::watch(CURL* easy, curl_socket_t socket, int what) {
  // A connection stays registered until it is closed. Others (libcurl's resolver has sockets of its
  // own) are closed without telling.
  if (what == CURL_POLL_REMOVE && !sockets_.is_connection(socket)) {
    loop_.unwatch(socket);
    return;
  }
  const Readiness wanted = {(what & CURL_POLL_IN) != 0 && what != CURL_POLL_REMOVE,
                            (what & CURL_POLL_OUT) != 0 && what != CURL_POLL_REMOVE};
  const bool is_watched = loop_.watch(socket, wanted, [this, socket](Readiness ready) {
    act(socket, (ready.readable ? CURL_CSELECT_IN : 0) | (ready.writable ? CURL_CSELECT_OUT : 0));
  });
  CurlTransfer* transfer = is_watched ? nullptr : CurlTransfer::from(easy);
  if (transfer != nullptr) {
    transfer->fail(TransferFailure::kResource, "the system refuses to watch another connection");
    loop_.post([this, id = transfer->id] {
      if (CurlTransfer* failed = find(id)) {
        finish(*failed, CURLE_FAILED_INIT);
      }
    });
  }
}

// libcurl moves its one timer several times per request, mostly to later. The armed one is left as
// it is then; when it fires too early it is armed again.
void CurlTransport::set_timer(long timeout_ms) {
  if (timeout_ms == 0) {
    kick();
    return;
  }
  if (timeout_ms < 0) {
    deadline_ = TimePoint::max();
    return;
  }
  deadline_ = loop_.clock().now() + std::chrono::milliseconds(timeout_ms);
  if (deadline_ < timer_at_) {
    loop_.cancel_timer(timer_);
    timer_at_ = deadline_;
    timer_ = loop_.start_timer(timer_at_, [this] { on_timer_due(); });
  }
}

void CurlTransport::on_timer_due() {
  timer_ = 0;
  timer_at_ = TimePoint::max();
  if (deadline_ <= loop_.clock().now()) {
    deadline_ = TimePoint::max();
    act(CURL_SOCKET_TIMEOUT, 0);
  } else if (deadline_ != TimePoint::max()) {
    timer_at_ = deadline_;
    timer_ = loop_.start_timer(timer_at_, [this] { on_timer_due(); });
  }
}

// A task for all that is to be done at once: arming a timer for it costs half of the rate.
void CurlTransport::kick() {
  if (!is_kick_posted_) {
    is_kick_posted_ = true;
    loop_.post([this] {
      is_kick_posted_ = false;
      act(CURL_SOCKET_TIMEOUT, 0);
    });
  }
}

void CurlTransport::act(curl_socket_t socket, int events) {
  int running = 0;
  is_inside_curl_ = true;
  curl_multi_socket_action(multi_, socket, events, &running);
  is_inside_curl_ = false;
  settle();
}

// What came of a call of libcurl: ended transfers, and what its callbacks asked for.
void CurlTransport::settle() {
  for (const TransferId id : std::exchange(to_drop_, {})) {
    if (CurlTransfer* transfer = find(id)) {
      drop(*transfer);
    }
  }
  for (const TransferId id : std::exchange(to_add_, {})) {
    if (CurlTransfer* transfer = find(id)) {
      add(*transfer);
    }
  }
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg == CURLMSG_DONE) {
      const CURLcode code = message->data.result;
      finish(*CurlTransfer::from(message->easy_handle), code);
    }
  }
}

bool initialise_curl() {
  static std::once_flag once;
  static bool is_initialised = false;
  std::call_once(once, [] { is_initialised = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK; });
  return is_initialised;
}

}  // namespace

std::unique_ptr<Transport> make_curl_transport(EventLoop& loop) {
  if (!initialise_curl()) {
    return nullptr;
  }
  auto transport = std::make_unique<CurlTransport>(loop);
  return transport->set_up() ? std::move(transport) : nullptr;
}

}  // namespace llmgate::net
