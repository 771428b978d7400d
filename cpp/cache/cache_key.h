// What makes two requests one entry of the cache: the canonical bytes of a request, and the scope
// within which answers are shared. Look-up step of a request's path. Pure functions and values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "base/sha256.h"
#include "json/document.h"

namespace llmgate::cache {

// Of the canonical bytes, the scopes and the stored turns together: a change of any of them makes
// all older entries unreachable.
inline constexpr std::uint32_t kSchemaVersion = 1;

// Who may share an answer: a digest over provider, address, credential and namespace, or over a
// whole plan. Never shown, and nobody gets back from it to a credential.
using Scope = Sha256Digest;

// Gathers the parts of a scope. Parts are told apart by their lengths: ("ab", "c") is not
// ("a", "bc"). Holds credentials until it is cleared, so it is not kept longer than needed.
class ScopeWriter {
 public:
  ScopeWriter() { parts_.reserve(kUsualBytes); }
  ScopeWriter& add(std::string_view part);
  ScopeWriter& add(std::uint64_t number);
  [[nodiscard]] std::string_view parts() const { return parts_; }
  [[nodiscard]] Scope scope() const;
  void clear() { parts_.clear(); }

 private:
  static constexpr std::size_t kUsualBytes = 256;
  std::string parts_;
};

// Equal for two values exactly if they say the same: white space, the order of members, and how
// strings and numbers are spelled do not matter ("\u0041" is "A", 1.0 is 1e0); of members of one
// name the last counts, as it does for whoever reads them.
void append_canonical(json::Value value, std::string& out);
// Of a whole request: the same without `stream` and `stream_options`, as a stream and a plain
// answer are one entry.
std::string canonical_request(json::Value request);
// Of a text that has been read as a request before; empty where it is no JSON object.
std::string canonical_request(std::string_view text);
// Whether two such texts have the same canonical request.
bool say_the_same(std::string_view one, std::string_view other);

// The key of an entry outside of this process: nobody without the scope can make it.
Sha256Digest stored_key(const Scope& scope, std::string_view canonical);

}  // namespace llmgate::cache
