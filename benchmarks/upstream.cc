// The provider that every benchmark talks to: canned answers over keep-alive HTTP/1.1, and
// server-sent streams, as fast as the socket takes them or paced by a timer wheel. One thread, one
// epoll, no library, so that it costs a small part of what the clients cost. Loopback only. Prints
// its port, and ends when its standard input closes or after an hour.
//
// The path decides in which format a plain answer is: Anthropic's, Gemini's, else OpenAI's. Streams
// are OpenAI's: a request whose body says "stream":true, or whose path begins with /stream, gets
// one. `chunks=N` and `per_second=R` are read anywhere in the target, so a base URL can carry them:
// http://127.0.0.1:PORT/chunks=200,per_second=20/v1. GET /stats tells what the server spent itself.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "canned_replies.h"
#include "plain_request.h"

namespace {

using llmgate::benchmarks::asks_for_stream;
using llmgate::benchmarks::kBatchedChunks;
using llmgate::benchmarks::kStampDigits;
using llmgate::benchmarks::number_after;
using llmgate::benchmarks::read_request;
using llmgate::benchmarks::Replies;
using llmgate::benchmarks::reply_of;
using llmgate::benchmarks::Request;

constexpr std::int64_t kTickUs = 1000;
constexpr std::size_t kWheelSlots = 1024;
constexpr unsigned kMaxLifetimeSeconds = 3600;  // a forgotten server ends by itself

std::int64_t now_us() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

struct Connection {
  explicit Connection(int socket) : descriptor(socket) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { close(descriptor); }

  int descriptor;
  std::uint64_t generation = 0;  // descriptors are used again; a timer must not meet the next owner
  std::string in;
  std::string out;  // what the socket did not take
  bool waits_for_room = false;
  bool is_streaming = false;
  std::int64_t chunks_left = 0;
  std::int64_t period_us = 0;  // 0: as fast as the socket takes them
  std::int64_t due_us = 0;
};

class Upstream {
 public:
  bool listen_on_loopback();
  [[nodiscard]] int port() const { return port_; }
  void run();

 private:
  void accept_all();
  void on_readable(Connection& connection);
  void serve(Connection& connection);
  void answer(Connection& connection, const Request& request);
  [[nodiscard]] const std::string& plain_answer(std::string_view target) const;
  void begin_stream(Connection& connection, std::string_view target);
  void pump(Connection& connection);
  void send_stamped(Connection& connection, std::int64_t now);
  void end_stream(Connection& connection);
  void send(Connection& connection, std::string_view bytes);
  void on_writable(Connection& connection);
  void wait_for_room(Connection& connection, bool waits);
  void schedule(const Connection& connection);
  void run_timers();
  void close_connection(int descriptor) {
    connections_[static_cast<std::size_t>(descriptor)].reset();
  }
  [[nodiscard]] Connection* find(int descriptor) {
    return connections_[static_cast<std::size_t>(descriptor)].get();
  }
  [[nodiscard]] std::string stats() const;

  struct Timer {
    int descriptor;
    std::uint64_t generation;
    std::int64_t tick;
  };

  Replies replies_;
  int epoll_ = -1;
  int listener_ = -1;
  int port_ = 0;
  std::vector<std::unique_ptr<Connection>> connections_{65536};
  std::array<std::vector<Timer>, kWheelSlots> wheel_;
  std::vector<Timer> due_;
  std::int64_t tick_ = now_us() / kTickUs;
  std::size_t paced_streams_ = 0;
  std::uint64_t next_generation_ = 1;
  std::uint64_t requests_ = 0;
  std::uint64_t chunks_ = 0;
  std::int64_t latest_us_ = 0;  // how late a paced chunk left at worst
};

bool Upstream::listen_on_loopback() {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, generic, size) != 0 || listen(listener_, 4096) != 0 ||
      getsockname(listener_, generic, &size) != 0) {
    return false;
  }
  port_ = ntohs(address.sin_port);
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = listener_;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, listener_, &event);
  event.data.fd = STDIN_FILENO;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, STDIN_FILENO, &event);
  return true;
}

void Upstream::run() {
  std::array<epoll_event, 512> events{};
  for (;;) {
    const int timeout_ms = paced_streams_ == 0 ? -1 : 1;
    const int count = epoll_wait(epoll_, events.data(), events.size(), timeout_ms);
    for (int i = 0; i < count; ++i) {
      const auto& event = events[static_cast<std::size_t>(i)];
      if (event.data.fd == STDIN_FILENO) {
        return;
      }
      if (event.data.fd == listener_) {
        accept_all();
        continue;
      }
      if (Connection* connection = find(event.data.fd); connection != nullptr) {
        if ((event.events & EPOLLOUT) != 0) {
          on_writable(*connection);
        } else {
          on_readable(*connection);
        }
      }
    }
    run_timers();
  }
}

void Upstream::accept_all() {
  for (;;) {
    const int descriptor = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) {
      return;
    }
    const int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    auto connection = std::make_unique<Connection>(descriptor);
    connection->generation = next_generation_++;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = descriptor;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event);
    connections_[static_cast<std::size_t>(descriptor)] = std::move(connection);
  }
}

void Upstream::on_readable(Connection& connection) {
  std::array<char, 65536> buffer;
  const ssize_t count = recv(connection.descriptor, buffer.data(), buffer.size(), 0);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
    return;
  }
  if (count <= 0) {
    paced_streams_ -= connection.is_streaming && connection.period_us > 0 ? 1 : 0;
    close_connection(connection.descriptor);
    return;
  }
  connection.in.append(buffer.data(), static_cast<std::size_t>(count));
  serve(connection);
}

void Upstream::serve(Connection& connection) {
  while (!connection.is_streaming && !connection.in.empty()) {
    Request request;
    const std::size_t used = read_request(connection.in, request);
    if (used == 0) {
      return;
    }
    ++requests_;
    answer(connection, request);
    connection.in.erase(0, used);
  }
}

void Upstream::answer(Connection& connection, const Request& request) {
  if (request.target == "/stats") {
    send(connection, reply_of(stats()));
  } else if (asks_for_stream(request)) {
    begin_stream(connection, request.target);
  } else {
    send(connection, plain_answer(request.target));
  }
}

const std::string& Upstream::plain_answer(std::string_view target) const {
  if (target.ends_with("/messages")) {
    return replies_.anthropic;
  }
  return target.ends_with(":generateContent") ? replies_.gemini : replies_.completion;
}

void Upstream::begin_stream(Connection& connection, std::string_view target) {
  connection.chunks_left = number_after(target, "chunks=").value_or(20);
  const std::int64_t per_second = number_after(target, "per_second=").value_or(0);
  connection.period_us = per_second > 0 ? 1'000'000 / per_second : 0;
  connection.is_streaming = true;
  send(connection, replies_.stream_head);
  if (connection.period_us == 0) {
    pump(connection);
    return;
  }
  ++paced_streams_;
  connection.due_us = now_us() + connection.period_us;
  schedule(connection);
}

// An unpaced stream: as many chunks as the socket takes now.
void Upstream::pump(Connection& connection) {
  while (connection.is_streaming && connection.out.empty()) {
    if (connection.chunks_left == 0) {
      end_stream(connection);
      return;
    }
    const auto batch = std::min<std::int64_t>(connection.chunks_left, kBatchedChunks);
    connection.chunks_left -= batch;
    chunks_ += static_cast<std::uint64_t>(batch);
    send(connection, std::string_view(replies_.words)
                         .substr(0, replies_.word_bytes * static_cast<std::size_t>(batch)));
  }
}

void Upstream::send_stamped(Connection& connection, std::int64_t now) {
  latest_us_ = std::max(latest_us_, now - connection.due_us);
  std::string chunk = replies_.stamped;
  std::int64_t rest = now;
  for (std::size_t i = kStampDigits; i-- > 0; rest /= 10) {
    chunk[replies_.stamp_at + i] = static_cast<char>('0' + rest % 10);
  }
  --connection.chunks_left;
  ++chunks_;
  send(connection, chunk);
}

void Upstream::end_stream(Connection& connection) {
  paced_streams_ -= connection.period_us > 0 ? 1 : 0;
  connection.is_streaming = false;
  send(connection, replies_.stream_end);
}

void Upstream::send(Connection& connection, std::string_view bytes) {
  if (connection.out.empty()) {
    const ssize_t sent = ::send(connection.descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    bytes.remove_prefix(sent > 0 ? static_cast<std::size_t>(sent) : 0);
  }
  if (!bytes.empty()) {
    connection.out.append(bytes);
    wait_for_room(connection, true);
  }
}

void Upstream::on_writable(Connection& connection) {
  const ssize_t sent =
      ::send(connection.descriptor, connection.out.data(), connection.out.size(), MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN && errno != EINTR) {
    paced_streams_ -= connection.is_streaming && connection.period_us > 0 ? 1 : 0;
    close_connection(connection.descriptor);
    return;
  }
  connection.out.erase(0, sent > 0 ? static_cast<std::size_t>(sent) : 0);
  if (!connection.out.empty()) {
    return;
  }
  wait_for_room(connection, false);
  if (connection.period_us == 0) {
    pump(connection);
  }
  serve(connection);
}

void Upstream::wait_for_room(Connection& connection, bool waits) {
  if (connection.waits_for_room == waits) {
    return;
  }
  connection.waits_for_room = waits;
  epoll_event event{};
  event.events = waits ? EPOLLOUT : EPOLLIN;
  event.data.fd = connection.descriptor;
  epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.descriptor, &event);
}

void Upstream::schedule(const Connection& connection) {
  const std::int64_t tick = std::max((connection.due_us + kTickUs - 1) / kTickUs, tick_ + 1);
  wheel_[static_cast<std::size_t>(tick) % kWheelSlots].push_back(
      {connection.descriptor, connection.generation, tick});
}

void Upstream::run_timers() {
  const std::int64_t now = now_us();
  if (paced_streams_ == 0) {
    tick_ = now / kTickUs;
    return;
  }
  while (tick_ < now / kTickUs) {
    ++tick_;
    due_.swap(wheel_[static_cast<std::size_t>(tick_) % kWheelSlots]);
    for (const Timer& timer : due_) {
      Connection* connection = find(timer.descriptor);
      if (connection == nullptr || connection->generation != timer.generation) {
        continue;
      }
      if (timer.tick > tick_) {  // a slot is met once per turn of the wheel
        schedule(*connection);
        continue;
      }
      send_stamped(*connection, now_us());
      connection->due_us += connection->period_us;
      if (connection->chunks_left == 0) {
        end_stream(*connection);
        serve(*connection);
      } else {
        schedule(*connection);
      }
    }
    due_.clear();
  }
}

std::string Upstream::stats() const {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto micros = [](const timeval& time) { return time.tv_sec * 1'000'000 + time.tv_usec; };
  return "{\"requests\":" + std::to_string(requests_) + ",\"chunks\":" + std::to_string(chunks_) +
         ",\"cpu_us\":" + std::to_string(micros(usage.ru_utime) + micros(usage.ru_stime)) +
         ",\"latest_us\":" + std::to_string(latest_us_) + "}";
}

}  // namespace

int main() {
  std::signal(SIGPIPE, SIG_IGN);
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = std::min<rlim_t>(files.rlim_max, 65536);
  setrlimit(RLIMIT_NOFILE, &files);
  alarm(kMaxLifetimeSeconds);
  auto upstream = std::make_unique<Upstream>();
  if (!upstream->listen_on_loopback()) {
    std::perror("upstream: cannot listen on 127.0.0.1");
    return 1;
  }
  std::printf("%d\n", upstream->port());
  std::fflush(stdout);
  upstream->run();
  return 0;
}
