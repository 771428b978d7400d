// Requests whose prompts were counted by their providers, kept until somebody wants an estimate for
// a model of that family: the call that brings one pays for a copy of it and no more. Bounded: the
// newest few of a family, and no long ones. Thread-safe.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/hash.h"
#include "base/mutex.h"

namespace llmgate::tokens {

struct UsageSample {
  std::string model;
  std::string request;       // JSON text
  std::size_t reported = 0;  // tokens of its prompt
};

class UsageSamples {
 public:
  static constexpr std::size_t kMostBytes = 16 * 1024;  // of a request
  static constexpr std::size_t kMostOfAFamily = 8;

  // Models whose texts are counted exactly are passed over.
  void add(std::string_view model, std::string_view request, std::size_t reported);
  // What there is of this family, and forgets it.
  std::vector<UsageSample> take(std::string_view family);

 private:
  static constexpr std::size_t kMostModels = 1000;  // whose family is remembered

  struct Hash {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): the library's name
    std::size_t operator()(std::string_view key) const { return hash_bytes(key); }
  };

  Mutex mutex_;
  // Of models by their names; empty: counted exactly.
  std::unordered_map<std::string, std::string_view, Hash, std::equal_to<>> families_
      LLMGATE_GUARDED_BY(mutex_);
  std::map<std::string_view, std::deque<UsageSample>> samples_ LLMGATE_GUARDED_BY(mutex_);
};

}  // namespace llmgate::tokens
