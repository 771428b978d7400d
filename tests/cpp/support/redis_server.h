// A real redis-server as a child of the test: on a socket in a folder of its own, so that no two
// tests meet, or on a port of the loopback. Keeps nothing on disk.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "store/redis.h"
#include "support/temporary_folder.h"

namespace llmgate::test {

class RedisServer {
 public:
  // False where Debian's package redis-server is missing.
  static bool is_installed();

  RedisServer() = default;
  ~RedisServer() { stop(); }
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  // Both return once the server answers. False: it does not start.
  bool start(const std::vector<std::string>& arguments = {});
  bool start_on_port(const std::vector<std::string>& arguments = {});
  void stop();    // kills it; what it had is gone
  void freeze();  // takes connections and bytes, and says nothing
  void thaw();

  // Without a password, and patient: tests of time limits set their own.
  [[nodiscard]] store::RedisOptions options() const;
  // A command past the code under test.
  [[nodiscard]] std::string ask(const std::vector<std::string_view>& words) const;

 private:
  bool launch(const std::vector<std::string>& arguments);

  TemporaryFolder folder_;
  int port_ = 0;
  pid_t process_ = -1;
};

}  // namespace llmgate::test
