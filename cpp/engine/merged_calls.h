// Equal calls of one scope that are in flight together: one of them is made, and all hear its
// answer. Lives on the loop, between the inbox and the calls; loop only.
//
// Who joins late gets at once what was said so far. A caller who cancels leaves alone; the call
// ends with the last. A stream pauses only when all its readers lag. The times of the first caller
// hold for all.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/call.h"
#include "engine/completion_sink.h"

namespace llmgate::engine {

class MergedCalls {
 public:
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

  std::unordered_map<std::uint64_t, std::shared_ptr<Group>> groups_;  // by the hash of the request
  std::unordered_map<Token, Group*> readers_;
};

}  // namespace llmgate::engine
