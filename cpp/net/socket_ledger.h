// Which sockets libcurl holds for us and which of them are connections. libcurl tells when it
// closes a connection, but (up to 8.0) closes a socket that never became one without a word; the
// number then belongs to whoever opens the next. Loop thread only.
#pragma once

#include <unordered_map>

#include "net/event_loop.h"

namespace llmgate::net {

class SocketLedger {
 public:
  explicit SocketLedger(EventLoop& loop) : loop_(loop) {}
  SocketLedger(const SocketLedger&) = delete;
  SocketLedger& operator=(const SocketLedger&) = delete;

  // A new one, connecting for `owner`: what was known of its number is void.
  void opened(int socket, const void* owner);
  // It is a connection now.
  void connected(int socket);
  // It is about to be closed.
  void closing(int socket);
  // Its owner has another connection or none: it is closed, or its number is another's by now.
  void abandoned(int socket, const void* owner);

  // A connection stays watched from request to request.
  [[nodiscard]] bool is_connection(int socket) const;

 private:
  EventLoop& loop_;
  std::unordered_map<int, const void*> connecting_;
};

}  // namespace llmgate::net
