#include "engine/merged_reader.h"

#include <algorithm>
#include <utility>

#include "chat/chunks.h"
#include "engine/call_record.h"

namespace llmgate::engine {

std::chrono::microseconds MergedReader::waited(TimePoint now) const {
  return std::chrono::duration_cast<std::chrono::microseconds>(now - times.joined);
}

MergedReader reader_of(Token token, std::shared_ptr<CompletionSink> sink, const CallSpec& spec,
                       TimePoint now) {
  MergedReader reader{token, std::move(sink), spec.flow, {}};
  reader.times.timeouts = spec.timeouts;
  reader.times.joined = now;
  reader.times.last_progress = now;
  reader.times.is_stream = reader.flow != nullptr;
  return reader;
}

std::unique_ptr<const MergedReader::Said> said_by(const CallSpec& spec) {
  const RecordedCaller caller = caller_of(spec);
  if (caller.user.empty() && caller.metadata.empty()) {
    return nullptr;
  }
  return std::make_unique<const MergedReader::Said>(
      MergedReader::Said{std::string(caller.user), std::string(caller.metadata)});
}

std::size_t bytes_of(const std::vector<std::string>& chunks) {
  std::size_t bytes = 0;
  for (const std::string& chunk : chunks) {
    bytes += chunk.size();
  }
  return bytes;
}

void give_done(const MergedReader& reader, std::unique_ptr<Completion> completion,
               bool was_streamed) {
  if (reader.flow != nullptr && !was_streamed && !completion->error) {
    std::vector<std::string> chunks = chat::render_chunks(completion->answer->turn);
    reader.flow->unread_bytes.fetch_add(bytes_of(chunks));
    reader.sink->deliver_chunks(reader.token, std::move(chunks));
  }
  reader.sink->deliver_done(reader.token, std::move(completion));
}

// A cached answer that several wait for has saved each of them the same.
void take_off_cost(Completion& completion, account::Usd spent) {
  completion.cost = nullptr;
  completion.total_cost = account::Usd();
  completion.saved = completion.error ? account::Usd() : std::max(completion.saved, spent);
}

void record_shared(Accounts& accounts, const MergedReader& reader, const Completion& completion,
                   const Attempt& attempt, const Clock& clock) {
  RecordedCaller caller;
  if (reader.said != nullptr) {
    caller = {reader.said->user, reader.said->metadata};
  }
  account::CallRecord record = shared_record(completion, attempt, caller, clock.wall());
  record.total = reader.waited(clock.now());
  record.first_content = reader.first_content;
  accounts.add(record);
}

}  // namespace llmgate::engine
