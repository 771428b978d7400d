#include "store/redis.h"

#include <fcntl.h>
#include <hiredis.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/redact.h"

namespace llmgate::store {
namespace {

constexpr std::size_t kReadBytes = std::size_t{64} << 10U;
constexpr std::size_t kMostKeptBuffer = std::size_t{1} << 20U;

Error redis_error(ErrorKind kind, std::string message) {
  Error error;
  error.kind = kind;
  error.provider = "redis";
  error.message = std::move(message);
  return error;
}

timeval to_timeval(std::chrono::milliseconds duration) {
  const auto count = std::max<std::int64_t>(duration.count(), 1);
  return {static_cast<time_t>(count / 1000), static_cast<suseconds_t>(count % 1000 * 1000)};
}

std::string address_of(const RedisOptions& options) {
  return options.unix_path.empty() ? options.host + ":" + std::to_string(options.port)
                                   : options.unix_path;
}

template <typename Words>
void write_command(const Words& words, std::string& out) {
  out.clear();
  out += '*' + std::to_string(words.size()) + "\r\n";
  for (const std::string_view word : words) {
    out += '$' + std::to_string(word.size()) + "\r\n";
    out += word;
    out += "\r\n";
  }
}

RedisReply to_reply(const redisReply& raw) {
  RedisReply reply;
  switch (raw.type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
      reply.kind = RedisReply::Kind::kText;
      reply.text.assign(raw.str, raw.len);
      break;
    case REDIS_REPLY_INTEGER:
      reply.kind = RedisReply::Kind::kInteger;
      reply.integer = raw.integer;
      break;
    case REDIS_REPLY_ARRAY:
      reply.kind = RedisReply::Kind::kList;
      reply.elements.reserve(raw.elements);
      for (std::size_t i = 0; i < raw.elements; ++i) {
        reply.elements.push_back(to_reply(*raw.element[i]));
      }
      break;
    default:
      break;
  }
  return reply;
}

bool concerns_rights(std::string_view code) {
  constexpr std::array<std::string_view, 3> kCodes{"NOAUTH", "WRONGPASS", "NOPERM"};
  return std::find(kCodes.begin(), kCodes.end(), code) != kCodes.end();
}

}  // namespace

void RedisConnection::Free::operator()(redisContext* context) const { redisFree(context); }

Result<RedisConnection> RedisConnection::open(const RedisOptions& options) {
  RedisConnection connection;
  connection.address_ = address_of(options);
  connection.password_ = options.password;
  connection.timeout_ = options.connect_timeout;
  connection.max_reply_bytes_ = options.max_reply_bytes;
  const timeval limit = to_timeval(options.connect_timeout);
  const std::string& host = options.address.empty() ? options.host : options.address;
  connection.context_.reset(options.unix_path.empty()
                                ? redisConnectWithTimeout(host.c_str(), options.port, limit)
                                : redisConnectUnixWithTimeout(options.unix_path.c_str(), limit));
  if (!connection.context_) {
    return redis_error(ErrorKind::kInternal, "no memory for a connection to Redis");
  }
  redisContext& context = *connection.context_;
  if (context.err != 0) {
    const bool timed_out = context.err == REDIS_ERR_IO && errno == ETIMEDOUT;
    return connection.lost(timed_out ? ErrorKind::kTimeout : ErrorKind::kConnection,
                           std::string("cannot connect: ") + context.errstr);
  }
  const int flags = ::fcntl(context.fd, F_GETFL);
  if (flags < 0 || ::fcntl(context.fd, F_SETFL, flags | O_NONBLOCK) != 0 ||
      ::fcntl(context.fd, F_SETFD, FD_CLOEXEC) != 0) {
    return connection.lost(ErrorKind::kConnection, std::strerror(errno));
  }
  context.reader->maxbuf = kMostKeptBuffer;  // else its room is given back after each larger reply
  if (Failure failure = connection.greet(options)) {
    return std::move(*failure);
  }
  connection.timeout_ = options.command_timeout;
  return connection;
}

Failure RedisConnection::greet(const RedisOptions& options) {
  if (!options.password.empty()) {
    const Result<RedisReply> welcome = options.user.empty()
                                           ? command({"AUTH", options.password})
                                           : command({"AUTH", options.user, options.password});
    if (!welcome.ok()) {
      Error error = welcome.error();
      if (error.kind == ErrorKind::kApi) {
        error.kind = ErrorKind::kAuthentication;  // whatever word an old server has for it
      }
      return error;
    }
  }
  const std::string database = std::to_string(options.database);
  // Always, as this is also the first command of a connection without a password.
  const Result<RedisReply> selected = command({"SELECT", database});
  return selected.ok() ? std::nullopt : Failure(selected.error());
}

Result<RedisReply> RedisConnection::command(std::initializer_list<std::string_view> words) {
  return exchange(words);
}

Result<RedisReply> RedisConnection::command(const std::vector<std::string_view>& words) {
  return exchange(words);
}

template <typename Words>
Result<RedisReply> RedisConnection::exchange(const Words& words) {
  if (!context_) {
    return redis_error(ErrorKind::kConnection, "Redis at " + address_ + ": not connected");
  }
  const TimePoint deadline = SystemClock().now() + timeout_;
  write_command(words, buffer_);
  Failure failure = send(buffer_, deadline);
  if (buffer_.capacity() > kMostKeptBuffer) {
    buffer_ = std::string();
  }
  return failure ? Result<RedisReply>(std::move(*failure)) : receive(deadline);
}

Failure RedisConnection::send(std::string_view bytes, TimePoint deadline) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(context_->fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (Failure failure = wait(POLLOUT, deadline)) {
        close();
        return failure;
      }
    } else if (errno != EINTR) {
      return lost(ErrorKind::kConnectionLost, std::strerror(errno));
    }
  }
  return std::nullopt;
}

Result<RedisReply> RedisConnection::receive(TimePoint deadline) {
  std::array<char, kReadBytes> bytes;
  std::size_t received = 0;
  while (true) {
    void* raw = nullptr;
    if (redisReaderGetReply(context_->reader, &raw) != REDIS_OK) {
      return lost(ErrorKind::kInvalidResponse,
                  std::string("not a Redis reply: ") + context_->reader->errstr);
    }
    if (raw != nullptr) {
      struct Drop {
        void operator()(redisReply* reply) const { freeReplyObject(reply); }
      };
      const std::unique_ptr<redisReply, Drop> reply(static_cast<redisReply*>(raw));
      if (context_->reader->pos < context_->reader->len) {
        return lost(ErrorKind::kInvalidResponse, "more replies than commands");
      }
      if (reply->type != REDIS_REPLY_ERROR) {
        return to_reply(*reply);
      }
      const std::string text = redact({reply->str, static_cast<std::size_t>(reply->len)},
                                      std::span<const std::string>(&password_, 1));
      Error refusal = redis_error(ErrorKind::kApi, "Redis at " + address_ + ": " + text);
      refusal.provider_code = text.substr(0, text.find(' '));
      if (concerns_rights(refusal.provider_code)) {
        refusal.kind = ErrorKind::kAuthentication;
      }
      return refusal;
    }
    if (Failure failure = wait(POLLIN, deadline)) {
      close();
      return std::move(*failure);
    }
    const ssize_t count = ::recv(context_->fd, bytes.data(), bytes.size(), 0);
    if (count == 0) {
      return lost(ErrorKind::kConnectionLost, "the server closed the connection");
    }
    if (count < 0 && errno != EINTR && errno != EAGAIN) {
      return lost(ErrorKind::kConnectionLost, std::strerror(errno));
    }
    received += count > 0 ? static_cast<std::size_t>(count) : 0;
    if (received > max_reply_bytes_ ||
        (count > 0 && redisReaderFeed(context_->reader, bytes.data(),
                                      static_cast<std::size_t>(count)) != REDIS_OK)) {
      return lost(ErrorKind::kInvalidResponse,
                  "a reply of more than " + std::to_string(max_reply_bytes_) + " bytes");
    }
  }
}

// Until the socket is ready for `events`, or the deadline; leaves closing to the caller.
Failure RedisConnection::wait(short events, TimePoint deadline) const {
  pollfd watched = {context_->fd, events, 0};
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - SystemClock().now()).count();
    const int ready = left <= 0 ? 0 : ::poll(&watched, 1, static_cast<int>(left));
    if (ready > 0) {
      return std::nullopt;
    }
    if (ready == 0) {
      return redis_error(ErrorKind::kTimeout, "Redis at " + address_ + ": no answer within " +
                                                  std::to_string(timeout_.count()) + " ms");
    }
    if (errno != EINTR) {
      return redis_error(ErrorKind::kConnectionLost,
                         "Redis at " + address_ + ": " + std::strerror(errno));
    }
  }
}

// Closes, and says why.
Error RedisConnection::lost(ErrorKind kind, const std::string& what) {
  Error error = redis_error(kind, "Redis at " + address_ + ": " + what);
  close();
  return error;
}

bool RedisConnection::is_fresh() {
  if (!context_) {
    return false;
  }
  char byte = 0;
  const ssize_t count = ::recv(context_->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
    return true;
  }
  close();
  return false;
}

void RedisConnection::abandon() {
  if (redisContext* context = context_.release()) {
    ::close(context->fd);
  }
}

}  // namespace llmgate::store
