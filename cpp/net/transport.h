// One HTTP exchange after another, over the network or a fake: the seam between the engine and
// libcurl. Everything here happens on the loop thread; nothing blocks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "net/http.h"

namespace llmgate::net {

using TransferId = std::uint64_t;

enum class TransferFailure : std::uint8_t {
  kNone,        // the response came whole
  kBadUrl,      // not http or https, or not a URL
  kBadRequest,  // a header that may not be sent
  kResolve,
  kConnect,  // refused, unreachable
  kConnectTimeout,
  kTls,  // handshake, certificate, CA file
  kProxy,
  kStaleConnection,  // a reused connection died before any byte of an answer; libcurl's own re-send
                     // was stopped
  kSend,             // the connection died while the request was being sent
  kReset,            // it died before the answer was complete, whatever its framing
  kHeadersTooLarge,
  kBodyTooLarge,
  kEncoding,  // content-encoding unknown or broken
  kProtocol,  // not HTTP
  kResource,  // out of descriptors or memory, here
};
std::string_view name_of(TransferFailure failure);

struct TransferEnd {
  TransferFailure failure = TransferFailure::kNone;
  std::string detail;         // libcurl's words; never a header's value
  bool request_sent = false;  // the whole request left before the end
  bool reused_connection = false;
  bool framed = false;  // the end was said by content-length or the last chunk, not by closing
};

// Called on the loop thread, never inside start(), resume() or cancel(). From inside a call
// everything of the Transport may be called, for its own transfer and others.
class TransferObserver {
 public:
  virtual void on_head(ResponseHead head) = 0;       // once, after any 1xx
  virtual void on_body(std::string_view bytes) = 0;  // decompressed; valid during the call only
  virtual void on_end(TransferEnd end) = 0;  // exactly once, unless cancelled; never inside start()

 protected:
  ~TransferObserver() = default;
};

class Transport {
 public:
  virtual ~Transport() = default;
  // `observer` must live until on_end or cancel(). The request is consumed.
  virtual TransferId start(HttpRequest&& request, TransferObserver& observer) = 0;
  // Closes the connection; no further call reaches the observer. Unknown and ended ids are ignored.
  virtual void cancel(TransferId id) = 0;
  // While paused no body arrives, and the server feels it; an end may, once all body is delivered.
  virtual void pause(TransferId id) = 0;
  virtual void resume(TransferId id) = 0;
  // The observer has all that it wanted; what may still come is framing.
  virtual void note_complete(TransferId /*id*/) {}
};

}  // namespace llmgate::net
