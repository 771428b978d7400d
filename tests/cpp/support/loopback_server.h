// A raw HTTP server on 127.0.0.1 that does exactly what a test scripts: one thread per connection
// runs the handler, which reads requests and sends bytes, stalls, closes or resets. Counters: any
// thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace llmgate::test {

// What a connection reads from and writes to; TLS puts itself between.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  virtual std::ptrdiff_t read(char* bytes, std::size_t size) = 0;  // 0: end, negative: error
  virtual std::ptrdiff_t write(const char* bytes, std::size_t size) = 0;
};

class LoopbackServer {
 public:
  class Connection {
   public:
    Connection(LoopbackServer& server, int socket, std::unique_ptr<ByteStream> stream)
        : server_(server), socket_(socket), stream_(std::move(stream)) {}

    // The next request with its head and body; nothing if the client has gone.
    std::optional<std::string> read_request();
    bool read_part(std::size_t size);   // so much of a request, and no more than is there
    bool send(std::string_view bytes);  // false: the client has gone
    bool send_reply(std::string_view body, int status = 200);  // with a content-length
    void reset();  // closes with RST when the handler returns
    // Reads until the client closes; true if it did so in an orderly way or by reset.
    bool wait_for_close();

   private:
    LoopbackServer& server_;
    int socket_;
    std::unique_ptr<ByteStream> stream_;
    std::string buffer_;
  };
  using Handler = std::function<void(Connection&)>;
  using Wrap = std::function<std::unique_ptr<ByteStream>(int socket)>;

  // The connection closes when the handler returns. `wrap` may put TLS on an accepted socket.
  explicit LoopbackServer(Handler handler, Wrap wrap = {});
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;
  ~LoopbackServer();  // cuts what is open and joins

  [[nodiscard]] std::string url(std::string_view path = "/v1/chat/completions",
                                std::string_view scheme = "http") const;
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] int requests() const { return requests_; }
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void accept_all();
  void serve(int socket);

  Handler handler_;
  Wrap wrap_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> requests_ = 0;
  std::atomic<int> connections_ = 0;
  std::mutex mutex_;
  bool is_stopping_ = false;
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

// A handler that answers every request of a connection in the same way.
LoopbackServer::Handler answer_all(
    std::function<void(LoopbackServer::Connection&, std::string)> answer);

// One side waits until the other lets it go on; a fault fails the wait instead of hanging the test.
class Gate {
 public:
  void open() { promise_.set_value(); }
  bool wait() { return future_.wait_for(std::chrono::seconds(20)) == std::future_status::ready; }

 private:
  std::promise<void> promise_;
  std::shared_future<void> future_{promise_.get_future()};
};

// A port on which nothing listens, held so that nobody else takes it.
class ClosedPort {
 public:
  ClosedPort();
  ClosedPort(const ClosedPort&) = delete;
  ClosedPort& operator=(const ClosedPort&) = delete;
  ~ClosedPort();
  [[nodiscard]] int port() const { return port_; }

 private:
  int socket_;
  int port_;
};

// A listener whose queue is full: connecting to it never ends.
class FullServer {
 public:
  FullServer();
  FullServer(const FullServer&) = delete;
  FullServer& operator=(const FullServer&) = delete;
  ~FullServer();
  [[nodiscard]] std::string url() const;

 private:
  std::vector<int> sockets_;  // the listener and who waits in its queue
  int port_;
};

}  // namespace llmgate::test
