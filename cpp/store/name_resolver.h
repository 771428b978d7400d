// The addresses of a host's name, within a limit of time. The system's resolution has none, so it
// runs on a thread of its own, which is left to itself when it takes too long; what it finds then
// is had by whoever asks next. For the worker thread; one name at a time.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace llmgate::store {

class NameResolver {
 public:
  // The numeric addresses of a name, IPv4 first; none: it has none. Blocks.
  using LookUp = std::function<std::vector<std::string>(const std::string& name)>;
  static std::vector<std::string> ask_system(const std::string& name);

  explicit NameResolver(LookUp look_up = ask_system) : look_up_(std::move(look_up)) {}

  // At least one address; a numeric `name` is its own. An error of kind kConnection or kTimeout.
  Result<std::vector<std::string>> resolve(const std::string& name,
                                           std::chrono::milliseconds limit);

 private:
  struct Search;
  [[nodiscard]] bool start(const std::string& name);

  const LookUp look_up_;
  std::shared_ptr<Search> search_;  // the one that is under way; shared with its thread
};

}  // namespace llmgate::store
