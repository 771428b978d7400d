// One request on its way to the loop: what to send, where, and within which times.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "account/budget_book.h"
#include "chat/request.h"
#include "engine/cached_call.h"
#include "engine/completion_sink.h"
#include "engine/router.h"
#include "providers/target.h"

namespace llmgate::engine {

// The defaults of all times. Connect and total are those of the vendors' own SDKs (5 s, 600 s); a
// stream may be silent while a model reasons, so its first token has the whole 600 s and a gap
// later on 300 s.
struct Timeouts {
  std::chrono::milliseconds connect{5000};
  std::chrono::milliseconds first_token{600000};
  std::chrono::milliseconds idle{300000};
  std::optional<std::chrono::milliseconds>
      total;  // of an attempt; nothing: 600 s plain, none streamed
  std::optional<std::chrono::milliseconds> deadline;  // of the call with all its attempts and waits

  static constexpr std::chrono::milliseconds kPlainTotal{600000};
  friend bool operator==(const Timeouts&, const Timeouts&) = default;
};

// Whom a call is accounted to.
struct Attribution {
  IndexedJson metadata;          // the caller's; may be missing
  account::BudgetRules budgets;  // that this call is under, beside those for all calls
  // Of this call with all its attempts; null: no limit of its own.
  std::shared_ptr<const account::BudgetRule> max_cost;
};

struct CallSpec {
  chat::ChatRequest request;
  providers::Target target;
  Timeouts timeouts{};
  int max_retries = 0;
  bool is_strict = false;
  bool keeps_raw = false;                      // the bytes of a stream, for `raw`
  std::shared_ptr<StreamFlow> flow{};          // of streams
  std::optional<std::string> mock_reply{};     // answered with this body, without a network
  std::unique_ptr<RoutedCall> routed{};        // through a Router, which has the targets; else null
  std::unique_ptr<CachedCall> cached{};        // null: neither cached nor merged
  std::unique_ptr<Attribution> attribution{};  // null: nothing is said
};

// The request as the cache knows it.
inline std::string_view spelling_of(const CallSpec& spec) {
  return spec.cached->spelling.empty() ? spec.request.body()
                                       : std::string_view(spec.cached->spelling);
}

}  // namespace llmgate::engine
