#include "support/redis_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>

namespace llmgate::test {
namespace {

constexpr std::array<const char*, 3> kPaths{"/usr/bin/redis-server", "/usr/local/bin/redis-server",
                                            "/opt/homebrew/bin/redis-server"};

const char* find_server() {
  const auto* const found = std::find_if(
      kPaths.begin(), kPaths.end(), [](const char* path) { return ::access(path, X_OK) == 0; });
  return found == kPaths.end() ? nullptr : *found;
}

int free_port() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool has_port =
      ::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(descriptor);
  return has_port ? ntohs(address.sin_port) : 0;
}

}  // namespace

bool RedisServer::is_installed() { return find_server() != nullptr; }

bool RedisServer::start(const std::vector<std::string>& arguments) {
  port_ = 0;
  return launch(arguments);
}

bool RedisServer::start_on_port(const std::vector<std::string>& arguments) {
  // Somebody else may take a free port first.
  for (int attempt = 0; attempt < 5; ++attempt) {
    port_ = free_port();
    if (launch(arguments)) {
      return true;
    }
  }
  return false;
}

bool RedisServer::launch(const std::vector<std::string>& arguments) {
  stop();
  std::vector<std::string> words{
      find_server(), "--port", std::to_string(port_), "--save", "",         "--appendonly",
      "no",          "--dir",  folder_.file("."),     "--bind", "127.0.0.1"};
  if (port_ == 0) {
    words.insert(words.end(), {"--unixsocket", folder_.file("redis.sock")});
  }
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> raw;
  for (std::string& word : words) {
    raw.push_back(word.data());
  }
  raw.push_back(nullptr);
  process_ = ::fork();
  if (process_ == 0) {
    const int nowhere = ::open("/dev/null", O_RDWR);
    ::dup2(nowhere, 0);
    ::dup2(nowhere, 1);
    ::dup2(nowhere, 2);
    ::execv(raw[0], raw.data());
    ::_exit(127);
  }
  for (int attempt = 0; attempt < 5000; ++attempt) {
    const auto opened = store::RedisConnection::open(options());
    if (opened.ok() || opened.error().kind == ErrorKind::kAuthentication) {
      return true;
    }
    if (::waitpid(process_, nullptr, WNOHANG) == process_) {
      process_ = -1;
      return false;
    }
    ::poll(nullptr, 0, 2);  // until it listens
  }
  stop();
  return false;
}

void RedisServer::stop() {
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
  }
}

void RedisServer::freeze() {
  ::kill(process_, SIGSTOP);
  ::waitpid(process_, nullptr, WUNTRACED);  // the signal has arrived
}

void RedisServer::thaw() { ::kill(process_, SIGCONT); }

store::RedisOptions RedisServer::options() const {
  store::RedisOptions options;
  options.port = port_;
  if (port_ == 0) {
    options.unix_path = folder_.file("redis.sock");
  }
  options.connect_timeout = std::chrono::seconds(5);
  options.command_timeout = std::chrono::seconds(5);
  return options;
}

std::string RedisServer::ask(const std::vector<std::string_view>& words) const {
  auto connection = store::RedisConnection::open(options());
  if (!connection.ok()) {
    return connection.error().message;
  }
  const auto reply = connection->command(words);
  if (!reply.ok()) {
    return reply.error().message;
  }
  return reply->kind == store::RedisReply::Kind::kInteger ? std::to_string(reply->integer)
                                                          : reply->text;
}

}  // namespace llmgate::test
