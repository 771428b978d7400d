// One connection to a Redis server, as far as the stores need it: a command, its reply, a limit of
// time for both together. The only place that knows hiredis. Everything here blocks, but never
// longer than the limits, so it belongs on a worker thread.
//
// A connection whose reply was not read to its end is closed, never used again: the next reader
// would get somebody else's answer.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

struct redisContext;  // NOLINT(readability-identifier-naming): its own name

namespace llmgate::store {

struct RedisOptions {
  std::string host = "127.0.0.1";
  std::string address;  // of the host, by a NameResolver; empty: the host is numeric
  int port = 6379;
  std::string unix_path;  // of a socket; then host and port do not count
  std::string user;       // empty: the default user
  std::string password;   // empty: none is sent. In no error message
  int database = 0;
  std::chrono::milliseconds connect_timeout{50};  // each step of setting up a connection
  std::chrono::milliseconds command_timeout{50};  // a command and its whole reply
  std::size_t max_reply_bytes = std::size_t{64} << 20U;
};

struct RedisReply {
  enum class Kind { kNil, kText, kInteger, kList };
  Kind kind = Kind::kNil;
  std::string text;
  std::int64_t integer = 0;
  std::vector<RedisReply> elements;
};

class RedisConnection {
 public:
  // Connects, gives the password, selects the database. A refused password is of kind
  // kAuthentication; a server that cannot be reached of kind kConnection or kTimeout.
  static Result<RedisConnection> open(const RedisOptions& options);

  RedisConnection() = default;
  RedisConnection(RedisConnection&&) noexcept = default;
  RedisConnection& operator=(RedisConnection&&) noexcept = default;
  RedisConnection(const RedisConnection&) = delete;
  RedisConnection& operator=(const RedisConnection&) = delete;
  ~RedisConnection() = default;

  // The server's own refusal is an error of kind kApi or kAuthentication whose provider_code is the
  // reply's first word; the connection lives on. Any other error closes it.
  Result<RedisReply> command(std::initializer_list<std::string_view> words);
  Result<RedisReply> command(const std::vector<std::string_view>& words);

  [[nodiscard]] bool is_open() const { return context_ != nullptr; }
  // Whether a command may be sent: false once the server has closed, or has said what it was not
  // asked; it is closed then.
  [[nodiscard]] bool is_fresh();
  void close() { context_.reset(); }
  // In the child of a fork: closes the descriptor and leaves the rest, which another thread of the
  // parent may have been changing.
  void abandon();

 private:
  struct Free {
    void operator()(redisContext* context) const;
  };
  Failure greet(const RedisOptions& options);
  template <typename Words>
  Result<RedisReply> exchange(const Words& words);
  Failure send(std::string_view bytes, TimePoint deadline);
  Result<RedisReply> receive(TimePoint deadline);
  Failure wait(short events, TimePoint deadline) const;
  Error lost(ErrorKind kind, const std::string& what);

  std::unique_ptr<redisContext, Free> context_;
  std::string address_;
  std::string password_;  // to keep it out of what the server says
  std::string buffer_;    // of commands; kept for its room
  std::chrono::milliseconds timeout_{50};
  std::size_t max_reply_bytes_ = 0;
};

}  // namespace llmgate::store
