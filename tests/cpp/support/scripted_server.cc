#include "support/scripted_server.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

namespace llmgate::test {

ScriptedServer::ScriptedServer(std::vector<std::string> replies) : replies_(std::move(replies)) {
  listener_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  const std::string place = path();
  std::copy_n(place.begin(), std::min(place.size(), sizeof address.sun_path - 1), address.sun_path);
  if (::pipe(hang_up_) == 0 &&
      ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::listen(listener_, 4) == 0) {
    thread_ = std::thread([this] { serve(); });
  }
}

ScriptedServer::~ScriptedServer() {
  ::close(hang_up_[1]);
  if (thread_.joinable()) {
    thread_.join();
  }
  ::close(hang_up_[0]);
  ::close(listener_);
}

void ScriptedServer::serve() {
  std::array<pollfd, 2> watched{{{listener_, POLLIN, 0}, {hang_up_[0], POLLIN, 0}}};
  if (::poll(watched.data(), watched.size(), -1) <= 0 || watched[1].revents != 0) {
    return;
  }
  const int client = ::accept(listener_, nullptr, nullptr);
  watched[0].fd = client;
  std::array<char, 4096> bytes;
  for (const std::string& reply : replies_) {
    if (::poll(watched.data(), watched.size(), -1) <= 0 || watched[1].revents != 0 ||
        ::recv(client, bytes.data(), bytes.size(), 0) <= 0 ||
        ::send(client, reply.data(), reply.size(), MSG_NOSIGNAL) < 0) {
      break;
    }
  }
  for (const char byte : dripped_) {
    if (::poll(&watched[1], 1, 1) != 0 || ::send(client, &byte, 1, MSG_NOSIGNAL) < 0) {
      break;
    }
  }
  ::poll(&watched[1], 1, -1);
  ::close(client);
}

}  // namespace llmgate::test
