#include "engine/merged_calls.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "chat/chunks.h"

namespace llmgate::engine {
namespace {

// What is kept of a stream for those who join late; a longer one takes nobody any more.
constexpr std::size_t kMostSaid = std::size_t{4} << 20U;

struct Reader {
  Token token;
  std::shared_ptr<CompletionSink> sink;
  std::shared_ptr<StreamFlow> flow;  // null: it waits for the whole answer
};

bool is_same_request(const CallSpec& a, const CallSpec& b) {
  if (a.cached->key.scope != b.cached->key.scope) {
    return false;
  }
  const std::string_view one = spelling_of(a);
  const std::string_view other = spelling_of(b);
  return one == other || cache::canonical_request(one) == cache::canonical_request(other);
}

std::unique_ptr<Completion> cancelled() {
  auto completion = std::make_unique<Completion>();
  Error error;
  error.kind = ErrorKind::kCancelled;
  error.message = "the caller cancelled the call";
  completion->error = std::move(error);
  return completion;
}

std::size_t bytes_of(const std::vector<std::string>& chunks) {
  std::size_t bytes = 0;
  for (const std::string& chunk : chunks) {
    bytes += chunk.size();
  }
  return bytes;
}

void give_done(const Reader& reader, std::unique_ptr<Completion> completion, bool was_streamed) {
  if (reader.flow != nullptr && !was_streamed && !completion->error) {
    std::vector<std::string> chunks = chat::render_chunks(completion->turn);
    reader.flow->unread_bytes.fetch_add(bytes_of(chunks));
    reader.sink->deliver_chunks(reader.token, std::move(chunks));
  }
  reader.sink->deliver_done(reader.token, std::move(completion));
}

}  // namespace

// The sink of the call that is made.
class MergedCalls::Group final : public CompletionSink {
 public:
  Group(MergedCalls& owner, Call& leader)
      : owner_(owner), call_(leader), hash_(leader.spec().cached->key.canonical.low) {}

  [[nodiscard]] std::uint64_t hash() const { return hash_; }
  [[nodiscard]] Token leader() const { return call_.token(); }
  [[nodiscard]] const std::vector<Reader>& readers() const { return readers_; }

  // Takes the place of the leader's sink and flow.
  void lead(const std::shared_ptr<Group>& self) {
    readers_.push_back({call_.token(), std::exchange(call_.sink(), self), call_.spec().flow});
    if (call_.spec().flow != nullptr) {
      flow_ = std::make_shared<StreamFlow>();
      call_.spec().flow = flow_;
    }
  }

  [[nodiscard]] bool takes(const Call& other) const {
    return said_bytes_ <= kMostSaid && is_same_request(call_.spec(), other.spec());
  }

  void add(Call& other) {
    readers_.push_back({other.token(), other.sink(), other.spec().flow});
    const Reader& reader = readers_.back();
    if (reader.flow == nullptr || !is_open_) {
      return;
    }
    reader.flow->unread_bytes.fetch_add(said_bytes_);
    reader.sink->deliver_chunks(reader.token, said_);
  }

  Reader take(Token token) {
    const auto found =
        std::find_if(readers_.begin(), readers_.end(),
                     [token](const Reader& reader) { return reader.token == token; });
    Reader reader = std::move(*found);
    readers_.erase(found);
    return reader;
  }

  // Whether a paused stream goes on.
  bool end_pause() {
    if (flow_ == nullptr) {
      return false;
    }
    const std::size_t unread = least_unread();
    flow_->unread_bytes.store(unread);
    return flow_->ends_pause(unread);
  }

  void deliver_chunks(Token /*token*/, std::vector<std::string> chunks) override {
    is_open_ = true;
    const std::size_t bytes = bytes_of(chunks);
    for (const Reader& reader : readers_) {
      if (reader.flow != nullptr) {
        reader.flow->unread_bytes.fetch_add(bytes);
        reader.sink->deliver_chunks(reader.token, chunks);
      }
    }
    said_bytes_ += bytes;
    if (said_bytes_ <= kMostSaid) {
      said_.insert(said_.end(), std::make_move_iterator(chunks.begin()),
                   std::make_move_iterator(chunks.end()));
    } else {
      said_ = {};
    }
    measure();
  }

  void deliver_done(Token /*token*/, std::unique_ptr<Completion> completion) override {
    const std::vector<Reader> readers = readers_;
    owner_.forget(*this);
    for (std::size_t i = 0; i < readers.size(); ++i) {
      const bool is_last = i + 1 == readers.size();
      // Moved in the last round. NOLINTNEXTLINE(bugprone-use-after-move)
      std::unique_ptr<Completion> own = is_last ? std::move(completion) : copy_of(*completion);
      if (readers.size() > 1) {
        own->cache = own->cache != nullptr ? std::move(own->cache) : std::make_unique<CacheNote>();
        own->cache->shared_by = readers.size();
        if (!is_last) {  // paid for once
          own->cost = nullptr;
          own->total_cost = account::Usd();
        }
      }
      give_done(readers[i], std::move(own), is_open_);
    }
  }

 private:
  // The call itself sees the reader that is furthest ahead.
  [[nodiscard]] std::size_t least_unread() const {
    std::size_t least = std::numeric_limits<std::size_t>::max();
    for (const Reader& reader : readers_) {
      least = std::min(least, reader.flow == nullptr ? 0 : reader.flow->unread_bytes.load());
    }
    return readers_.empty() ? 0 : least;
  }

  // Readers that have much to read tell when they have caught up, should the call pause now.
  void measure() {
    if (flow_ == nullptr) {
      return;
    }
    if (least_unread() >= StreamFlow::kResumeBelow) {
      for (const Reader& reader : readers_) {
        reader.flow->is_paused.store(true);
      }
    }
    flow_->unread_bytes.store(least_unread());
  }

  MergedCalls& owner_;
  Call& call_;
  std::uint64_t hash_;
  std::shared_ptr<StreamFlow> flow_;  // of the call; null: it is no stream
  std::vector<Reader> readers_;
  std::vector<std::string> said_;
  std::size_t said_bytes_ = 0;
  bool is_open_ = false;
};

bool MergedCalls::join(Call& call) {
  const std::uint64_t hash = call.spec().cached->key.canonical.low;
  const auto found = groups_.find(hash);
  if (found != groups_.end()) {
    if (!found->second->takes(call)) {
      return false;  // another request, or too late: made on its own
    }
    readers_[call.token()] = found->second.get();
    found->second->add(call);
    return true;
  }
  const auto group = std::make_shared<Group>(*this, call);
  group->lead(group);
  groups_[hash] = group;
  readers_[call.token()] = group.get();
  return false;
}

MergedCalls::Left MergedCalls::cancel(Token token) {
  const auto found = readers_.find(token);
  if (found == readers_.end()) {
    return {};
  }
  Group& group = *found->second;
  readers_.erase(found);
  const Reader reader = group.take(token);
  reader.sink->deliver_done(reader.token, cancelled());
  if (group.readers().empty()) {
    return {true, group.leader(), 0};
  }
  return {true, 0, group.end_pause() ? group.leader() : Token{0}};
}

MergedCalls::Resumed MergedCalls::resume(Token token) {
  const auto found = readers_.find(token);
  if (found == readers_.end()) {
    return {};
  }
  return {true, found->second->end_pause() ? found->second->leader() : Token{0}};
}

// The group itself lives on as its call's sink.
void MergedCalls::forget(Group& group) {
  for (const Reader& reader : group.readers()) {
    readers_.erase(reader.token);
  }
  const auto found = groups_.find(group.hash());
  if (found != groups_.end() && found->second.get() == &group) {
    groups_.erase(found);
  }
}

}  // namespace llmgate::engine
