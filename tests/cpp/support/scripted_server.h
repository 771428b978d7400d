// A server on a socket of the file system that says what the test wrote down: one reply for each
// time bytes arrive, whatever they are. Then it keeps the connection open until it is asked to
// hang up.
#pragma once

#include <string>
#include <thread>
#include <vector>

#include "support/temporary_folder.h"

namespace llmgate::test {

class ScriptedServer {
 public:
  explicit ScriptedServer(std::vector<std::string> replies);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  [[nodiscard]] std::string path() const { return folder_.file("scripted.sock"); }
  // Sends these bytes one by one, a millisecond apart, for as long as the client listens.
  void drip(std::string bytes) { dripped_ = std::move(bytes); }

 private:
  void serve();

  TemporaryFolder folder_;
  std::vector<std::string> replies_;
  std::string dripped_;
  int listener_ = -1;
  int hang_up_[2] = {-1, -1};  // readable once the server is to end
  std::thread thread_;
};

}  // namespace llmgate::test
