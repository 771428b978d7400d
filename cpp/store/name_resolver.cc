#include "store/name_resolver.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <system_error>
#include <thread>
#include <utility>

#include "base/clock.h"
#include "base/mutex.h"

namespace llmgate::store {
namespace {

bool is_numeric(const std::string& name) {
  std::array<unsigned char, sizeof(in6_addr)> address;
  return ::inet_pton(AF_INET, name.c_str(), address.data()) == 1 ||
         ::inet_pton(AF_INET6, name.c_str(), address.data()) == 1;
}

Error resolver_error(ErrorKind kind, std::string message) {
  Error error;
  error.kind = kind;
  error.message = std::move(message);
  return error;
}

}  // namespace

struct NameResolver::Search {
  explicit Search(std::string searched) : name(std::move(searched)) {}

  const std::string name;
  const pid_t process = ::getpid();  // a forked child does not have the thread
  Mutex mutex;
  Condition has_ended;
  bool is_done LLMGATE_GUARDED_BY(mutex) = false;
  std::vector<std::string> addresses LLMGATE_GUARDED_BY(mutex);
};

std::vector<std::string> NameResolver::ask_system(const std::string& name) {
  addrinfo wanted = {};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  std::vector<std::string> addresses;
  if (::getaddrinfo(name.c_str(), nullptr, &wanted, &found) != 0) {
    return addresses;
  }
  for (const int family : {AF_INET, AF_INET6}) {
    for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
      std::array<char, NI_MAXHOST> text;
      if (entry->ai_family == family &&
          ::getnameinfo(entry->ai_addr, entry->ai_addrlen, text.data(), text.size(), nullptr, 0,
                        NI_NUMERICHOST) == 0) {
        addresses.emplace_back(text.data());
      }
    }
  }
  ::freeaddrinfo(found);
  return addresses;
}

bool NameResolver::start(const std::string& name) {
  if (search_ != nullptr && search_->name == name && search_->process == ::getpid()) {
    return true;
  }
  search_ = std::make_shared<Search>(name);
  try {
    std::thread([search = search_, look_up = look_up_] {
      std::vector<std::string> addresses = look_up(search->name);
      MutexLock lock(search->mutex);
      search->addresses = std::move(addresses);
      search->is_done = true;
      search->has_ended.notify_all();
    }).detach();
  } catch (const std::system_error&) {  // no more threads
    search_.reset();
  }
  return search_ != nullptr;
}

Result<std::vector<std::string>> NameResolver::resolve(const std::string& name,
                                                       std::chrono::milliseconds limit) {
  if (is_numeric(name)) {
    return std::vector<std::string>{name};
  }
  if (!start(name)) {
    return resolver_error(ErrorKind::kConnection,
                          "\"" + name + "\" cannot be looked up: no thread can be started");
  }
  const SystemClock clock;
  const TimePoint deadline = clock.now() + limit;
  std::vector<std::string> addresses;
  {
    MutexLock lock(search_->mutex);
    while (!search_->is_done) {
      const Duration left = deadline - clock.now();
      if (left <= Duration::zero()) {
        return resolver_error(ErrorKind::kTimeout, "the name \"" + name +
                                                       "\" was not resolved within " +
                                                       std::to_string(limit.count()) + " ms");
      }
      search_->has_ended.wait_for(search_->mutex, left);
    }
    addresses = search_->addresses;
  }
  search_.reset();
  if (addresses.empty()) {
    return resolver_error(ErrorKind::kConnection, "the name \"" + name + "\" has no address");
  }
  return addresses;
}

}  // namespace llmgate::store
