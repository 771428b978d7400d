#include "support/loopback_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

namespace llmgate::test {
namespace {

class SocketStream final : public ByteStream {
 public:
  explicit SocketStream(int socket) : socket_(socket) {}
  std::ptrdiff_t read(char* bytes, std::size_t size) override {
    return ::recv(socket_, bytes, size, 0);
  }
  std::ptrdiff_t write(const char* bytes, std::size_t size) override {
    return ::send(socket_, bytes, size, MSG_NOSIGNAL);
  }

 private:
  int socket_;
};

int bind_loopback(int socket) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  if (::bind(socket, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    std::abort();
  }
  return ntohs(address.sin_port);
}

std::size_t content_length(std::string_view head) {
  std::string lower(head);
  std::transform(lower.begin(), lower.end(), lower.begin(), ::tolower);
  const auto at = lower.find("\r\ncontent-length:");
  return at == std::string::npos ? 0 : std::strtoul(lower.c_str() + at + 17, nullptr, 10);
}

}  // namespace

std::optional<std::string> LoopbackServer::Connection::read_request() {
  std::size_t whole = std::string::npos;
  while (whole == std::string::npos || buffer_.size() < whole) {
    if (whole == std::string::npos) {
      const auto end = buffer_.find("\r\n\r\n");
      if (end != std::string::npos) {
        whole = end + 4 + content_length(buffer_.substr(0, end));
        continue;
      }
    }
    std::array<char, 65536> bytes{};
    const auto size = stream_->read(bytes.data(), bytes.size());
    if (size <= 0) {
      return std::nullopt;
    }
    buffer_.append(bytes.data(), static_cast<std::size_t>(size));
  }
  ++server_.requests_;
  std::string request = buffer_.substr(0, whole);
  buffer_.erase(0, whole);
  return request;
}

bool LoopbackServer::Connection::read_part(std::size_t size) {
  while (buffer_.size() < size) {
    std::array<char, 4096> bytes{};
    const auto count = stream_->read(bytes.data(), bytes.size());
    if (count <= 0) {
      return false;
    }
    buffer_.append(bytes.data(), static_cast<std::size_t>(count));
  }
  return true;
}

bool LoopbackServer::Connection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = stream_->write(bytes.data(), bytes.size());
    if (sent <= 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool LoopbackServer::Connection::send_reply(std::string_view body, int status) {
  return send("HTTP/1.1 " + std::to_string(status) + " Said\r\nContent-Length: " +
              std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
}

void LoopbackServer::Connection::reset() {
  const linger at_once = {1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

bool LoopbackServer::Connection::wait_for_close() {
  std::array<char, 4096> bytes{};
  while (stream_->read(bytes.data(), bytes.size()) > 0) {
  }
  const std::lock_guard lock(server_.mutex_);
  return !server_.is_stopping_;
}

LoopbackServer::LoopbackServer(Handler handler, Wrap wrap)
    : handler_(std::move(handler)), wrap_(std::move(wrap)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  port_ = bind_loopback(listener_);
  if (::listen(listener_, 1024) != 0) {
    std::abort();
  }
  acceptor_ = std::thread([this] { accept_all(); });
}

LoopbackServer::~LoopbackServer() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);  // wakes accept()
    for (const int socket : open_) {
      ::shutdown(socket, SHUT_RDWR);
    }
  }
  acceptor_.join();
  for (std::thread& thread : threads_) {
    thread.join();
  }
  ::close(listener_);
}

void LoopbackServer::accept_all() {
  for (;;) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const std::lock_guard lock(mutex_);
    if (socket < 0 || is_stopping_) {
      if (socket >= 0) {
        ::close(socket);
      }
      return;
    }
    const int at_once = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof(at_once));
    ++connections_;
    open_.push_back(socket);
    threads_.emplace_back([this, socket] { serve(socket); });
  }
}

void LoopbackServer::serve(int socket) {
  {
    auto stream = wrap_ ? wrap_(socket) : std::make_unique<SocketStream>(socket);
    if (stream != nullptr) {
      Connection connection(*this, socket, std::move(stream));
      handler_(connection);
    }
  }
  const std::lock_guard lock(mutex_);
  open_.erase(std::find(open_.begin(), open_.end(), socket));
  ::close(socket);
}

std::string LoopbackServer::url(std::string_view path, std::string_view scheme) const {
  return std::string(scheme) + "://127.0.0.1:" + std::to_string(port_) + std::string(path);
}

LoopbackServer::Handler answer_all(
    std::function<void(LoopbackServer::Connection&, std::string)> answer) {
  return [answer = std::move(answer)](LoopbackServer::Connection& connection) {
    while (auto request = connection.read_request()) {
      answer(connection, std::move(*request));
    }
  };
}

ClosedPort::ClosedPort()
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), port_(bind_loopback(socket_)) {}

ClosedPort::~ClosedPort() { ::close(socket_); }

FullServer::FullServer() : sockets_{::socket(AF_INET, SOCK_STREAM, 0)} {
  port_ = bind_loopback(sockets_.front());
  if (::listen(sockets_.front(), 0) != 0) {
    std::abort();
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port_));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (int i = 0; i < 4; ++i) {
    sockets_.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    [[maybe_unused]] const int pending =
        ::connect(sockets_.back(), reinterpret_cast<sockaddr*>(&address), sizeof(address));
  }
}

FullServer::~FullServer() {
  for (const int socket : sockets_) {
    ::close(socket);
  }
}

std::string FullServer::url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/v1"; }

}  // namespace llmgate::test
