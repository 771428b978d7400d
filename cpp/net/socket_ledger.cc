#include "net/socket_ledger.h"

#include "net/descriptor_set.h"

namespace llmgate::net {

void SocketLedger::opened(int socket, const void* owner) {
  loop_.unwatch(socket);
  connecting_[socket] = owner;
  open_descriptors().insert(socket);
}

void SocketLedger::connected(int socket) { connecting_.erase(socket); }

void SocketLedger::closing(int socket) {
  loop_.unwatch(socket);
  connecting_.erase(socket);
  open_descriptors().erase(socket);
}

void SocketLedger::abandoned(int socket, const void* owner) {
  const auto found = connecting_.find(socket);
  if (found != connecting_.end() && found->second == owner) {
    closing(socket);
  }
}

bool SocketLedger::is_connection(int socket) const {
  return open_descriptors().contains(socket) && !connecting_.contains(socket);
}

}  // namespace llmgate::net
