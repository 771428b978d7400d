// Equal calls of one scope that are in flight together: one of them is made, and all hear its
// answer. Lives on the loop, between the inbox and the calls; loop only.
//
// Who joins late gets at once what was said so far. A caller who cancels, or whose own times have
// run out, leaves alone; the call ends with the last. The call itself has the times of the most
// patient of them. A stream pauses only when all its readers lag. The call is accounted to whoever
// began it; each of the others has a record of its own, which cost nothing.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/accounts.h"
#include "engine/call.h"
#include "engine/completion_sink.h"
#include "net/event_loop.h"

namespace llmgate::engine {

class MergedCalls {
 public:
  // `on_left` hears of each caller whose times have run out, after its terminal record.
  MergedCalls(net::EventLoop& loop, Accounts& accounts, std::function<void(Token)> on_left);

  // An equal call is in flight: this one's sink has joined it, and it must not start. Else it leads
  // from now on, with a sink of its own.
  bool join(Call& call);

  struct Left {
    bool was_merged = false;
    Token leader = 0;   // the call to cancel, as nobody hears it any more; 0: others do
    Token resumed = 0;  // the call whose stream goes on, as the one that lagged has gone
  };
  // Gives the caller its terminal record.
  Left cancel(Token token);

  struct Resumed {
    bool was_merged = false;
    Token leader = 0;  // the call whose stream goes on; 0: it is not paused, or others lag too
  };
  Resumed resume(Token token);

  [[nodiscard]] bool empty() const { return readers_.empty(); }

 private:
  class Group;

  void forget(Group& group);
  [[nodiscard]] TimePoint now() const { return loop_.clock().now(); }

  net::EventLoop& loop_;
  Accounts& accounts_;
  const std::function<void(Token)> on_left_;
  std::unordered_map<std::uint64_t, std::shared_ptr<Group>> groups_;  // by the hash of the request
  std::unordered_map<Token, Group*> readers_;
};

}  // namespace llmgate::engine
