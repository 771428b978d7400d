// One of the callers who share a merged call: where it hears the answer, its own times, and whom it
// is accounted to. Between the inbox and the calls of a request's path, for merged_calls.cc; loop
// only.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/accounts.h"
#include "engine/call_spec.h"
#include "engine/caller_times.h"
#include "engine/completion_sink.h"

namespace llmgate::engine {

struct MergedReader {
  // Its own call is gone by the time that it is accounted.
  struct Said {
    std::string user;
    std::string metadata;
  };

  Token token = 0;
  std::shared_ptr<CompletionSink> sink;
  std::shared_ptr<StreamFlow> flow;  // null: it waits for the whole answer
  CallerTimes times;
  std::unique_ptr<const Said> said{};                        // null: nothing
  std::optional<std::chrono::microseconds> first_content{};  // since it joined

  [[nodiscard]] std::chrono::microseconds waited(TimePoint now) const;
};

MergedReader reader_of(Token token, std::shared_ptr<CompletionSink> sink, const CallSpec& spec,
                       TimePoint now);

// Whom the ledger is to name; null: nobody.
std::unique_ptr<const MergedReader::Said> said_by(const CallSpec& spec);

std::size_t bytes_of(const std::vector<std::string>& chunks);

// The end. To a stream that has heard nothing yet, with the whole answer.
void give_done(const MergedReader& reader, std::unique_ptr<Completion> completion,
               bool was_streamed);

// Another has paid: what this one gets cost nothing, and has saved what was spent.
void take_off_cost(Completion& completion, account::Usd spent);

// Its record in the ledger.
void record_shared(Accounts& accounts, const MergedReader& reader, const Completion& completion,
                   const Attempt& attempt, const Clock& clock);

}  // namespace llmgate::engine
