// The ledger's record of a call that has ended. Account step of a request's path. Pure functions
// over what they are given; a record borrows from it.
#pragma once

#include <string_view>

#include "account/ledger.h"
#include "base/clock.h"
#include "engine/call_spec.h"
#include "engine/completion_sink.h"

namespace llmgate::engine {

// Whom a call is for, as the ledger keeps it.
struct RecordedCaller {
  std::string_view user;      // escaped as in JSON; empty: none
  std::string_view metadata;  // JSON text of an object; empty: none
};

RecordedCaller caller_of(const CallSpec& spec);

// The caller's metadata, read; null where a call cannot have any.
const IndexedJson* metadata_of(const CallSpec& spec);

// Of the call that was made, or answered from a cache. `last` is its last attempt.
account::CallRecord record_of(const Completion& completion, const Attempt& last,
                              const RecordedCaller& caller, WallTime now);

// Of a caller who shared the call of another: it has used nothing and cost nothing.
account::CallRecord shared_record(const Completion& completion, const Attempt& last,
                                  const RecordedCaller& caller, WallTime now);

}  // namespace llmgate::engine
