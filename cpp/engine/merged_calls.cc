#include "engine/merged_calls.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/caller_times.h"
#include "engine/merged_reader.h"
#include "providers/provider.h"

namespace llmgate::engine {
namespace {

// What is kept of a stream for those who join late; a longer one takes nobody any more.
constexpr std::size_t kMostSaid = std::size_t{4} << 20U;

bool is_same_request(const CallSpec& a, const CallSpec& b) {
  if (a.cached->key.scope != b.cached->key.scope) {
    return false;
  }
  return cache::say_the_same(spelling_of(a), spelling_of(b));
}

std::unique_ptr<Completion> cancelled() {
  auto completion = std::make_unique<Completion>(std::make_shared<chat::Answer>());
  Error error;
  error.kind = ErrorKind::kCancelled;
  error.message = "the caller cancelled the call";
  completion->error = std::move(error);
  return completion;
}

std::unique_ptr<Completion> timed_out(const Deadline& deadline, const CallSpec& spec) {
  auto completion = std::make_unique<Completion>(std::make_shared<chat::Answer>());
  Error error = timeout_error(deadline);
  if (spec.target.provider != nullptr) {
    error.provider = spec.target.provider->name;
    error.model = spec.target.model;
  }
  completion->error = std::move(error);
  return completion;
}

}  // namespace

// The sink of the call that is made.
class MergedCalls::Group final : public CompletionSink {
 public:
  Group(MergedCalls& owner, Call& leader)
      : owner_(owner), call_(leader), hash_(leader.spec().cached->key.canonical.low) {}

  [[nodiscard]] std::uint64_t hash() const { return hash_; }
  [[nodiscard]] Token leader() const { return call_.token(); }
  [[nodiscard]] const std::vector<MergedReader>& readers() const { return readers_; }

  ~Group() override { owner_.loop_.cancel_timer(timer_); }
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  // Takes the place of the leader's sink and flow.
  void lead(const std::shared_ptr<Group>& self) {
    readers_.push_back(reader_of(call_.token(), call_.sink(), call_.spec(), owner_.now()));
    call_.sink() = self;
    if (call_.spec().flow != nullptr) {
      flow_ = std::make_shared<StreamFlow>();
      call_.spec().flow = flow_;
    }
  }

  [[nodiscard]] bool takes(const Call& other) const {
    return said_bytes_ <= kMostSaid && is_same_request(call_.spec(), other.spec());
  }

  void add(Call& other) {
    readers_.push_back(reader_of(other.token(), other.sink(), other.spec(), owner_.now()));
    MergedReader& reader = readers_.back();
    reader.said = said_by(other.spec());
    reader.times.has_content = reader.flow != nullptr && is_open_;
    watch(reader);
    if (!reader.times.has_content) {
      return;
    }
    if (said_bytes_ > 0) {
      reader.first_content = std::chrono::microseconds(0);
    }
    reader.flow->unread_bytes.fetch_add(said_bytes_);
    reader.sink->deliver_chunks(reader.token, said_);
  }

  void stop_watching() { owner_.loop_.cancel_timer(std::exchange(timer_, 0)); }

  MergedReader take(Token token) {
    const auto found =
        std::find_if(readers_.begin(), readers_.end(),
                     [token](const MergedReader& reader) { return reader.token == token; });
    MergedReader reader = std::move(*found);
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
    if (is_shared_) {  // idle times may run again
      arm_all();
    }
    return flow_->ends_pause(unread);
  }

  void deliver_chunks(Token /*token*/, std::vector<std::string> chunks) override {
    is_open_ = true;
    const std::size_t bytes = bytes_of(chunks);
    const TimePoint now = owner_.now();
    for (MergedReader& reader : readers_) {
      if (reader.flow != nullptr) {
        const bool is_first = !std::exchange(reader.times.has_content, true);
        reader.times.last_progress = now;
        if (!reader.first_content && !chunks.empty()) {
          reader.first_content = reader.waited(now);
        }
        if (is_first && is_shared_) {  // its idle time begins
          arm(deadline_of(reader));
        }
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
    owner_.forget(*this);
    const std::vector<MergedReader> readers = std::move(readers_);
    const std::size_t payer = payer_of(readers);
    const account::Usd spent = completion->total_cost.value_or(account::Usd());
    for (std::size_t i = 0; i < readers.size(); ++i) {
      const bool is_last = i + 1 == readers.size();
      // Moved in the last round. NOLINTNEXTLINE(bugprone-use-after-move)
      std::unique_ptr<Completion> own = is_last ? std::move(completion) : copy_of(*completion);
      if (readers.size() > 1) {
        own->cache = own->cache != nullptr ? std::move(own->cache) : std::make_unique<CacheNote>();
        own->cache->shared_by = readers.size();
      }
      if (i != payer) {  // paid for once
        take_off_cost(*own, spent);
      }
      if (!own->route.empty()) {
        record(readers[i], *own, own->route.back());
      }
      give_done(readers[i], std::move(own), is_open_);
    }
  }

  // For one who leaves before the end.
  void record_left(const MergedReader& reader, const Completion& completion) const {
    if (const Attempt* attempt = call_.last_attempt()) {
      record(reader, completion, *attempt);
    }
  }

 private:
  // Who began the call, or the first of those who are left.
  [[nodiscard]] std::size_t payer_of(const std::vector<MergedReader>& readers) const {
    const auto found =
        std::find_if(readers.begin(), readers.end(),
                     [this](const MergedReader& reader) { return reader.token == call_.token(); });
    return found == readers.end() ? 0 : static_cast<std::size_t>(found - readers.begin());
  }

  // The call records itself, for whoever began it.
  void record(const MergedReader& reader, const Completion& completion,
              const Attempt& attempt) const {
    if (reader.token == call_.token()) {
      return;
    }
    record_shared(owner_.accounts_, reader, completion, attempt, owner_.loop_.clock());
  }

  // The call itself sees the reader that is furthest ahead.
  [[nodiscard]] std::size_t least_unread() const {
    std::size_t least = std::numeric_limits<std::size_t>::max();
    for (const MergedReader& reader : readers_) {
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
      for (const MergedReader& reader : readers_) {
        reader.flow->is_paused.store(true);
      }
    }
    flow_->unread_bytes.store(least_unread());
  }

  [[nodiscard]] bool is_stream() const { return flow_ != nullptr; }

  [[nodiscard]] std::optional<Deadline> deadline_of(MergedReader& reader) const {
    reader.times.attempt_started = call_.times().attempt_started;
    reader.times.is_paused = reader.flow != nullptr && reader.flow->is_paused.load();
    return own_deadline(reader.times, call_.spec().timeouts, is_stream());
  }

  // The call has the times of the most patient reader; those of all others are looked after here.
  void watch(MergedReader& joined) {
    const auto after = std::chrono::duration_cast<std::chrono::milliseconds>(
        joined.times.joined - call_.times().call_started);
    Timeouts& shared = call_.spec().timeouts;
    const Timeouts longest = extended_for(shared, is_stream(), joined.times, after);
    const bool is_first = !std::exchange(is_shared_, true);
    if (longest == shared && !is_first) {
      arm(deadline_of(joined));
      return;
    }
    shared = longest;
    arm_all();
  }

  void arm_all() {
    for (MergedReader& reader : readers_) {
      arm(deadline_of(reader));
    }
  }

  // A timer that comes early is cheaper than one that is moved with every chunk.
  void arm(const std::optional<Deadline>& deadline) {
    if (!deadline || (timer_ != 0 && timer_at_ <= deadline->at)) {
      return;
    }
    owner_.loop_.cancel_timer(timer_);
    timer_at_ = deadline->at;
    timer_ = owner_.loop_.start_timer(timer_at_, [this] { on_timer(); });
  }

  // Whoever has waited as long as it wanted to leaves alone; the call ends with the last.
  void on_timer() {
    timer_ = 0;
    const TimePoint now = owner_.now();
    std::vector<std::pair<Token, Deadline>> due;
    for (MergedReader& reader : readers_) {
      const auto deadline = deadline_of(reader);
      if (deadline && deadline->at <= now) {
        due.emplace_back(reader.token, *deadline);
      }
    }
    for (const auto& [token, deadline] : due) {
      owner_.readers_.erase(token);
      const MergedReader reader = take(token);
      std::unique_ptr<Completion> late = timed_out(deadline, call_.spec());
      record_left(reader, *late);
      reader.sink->deliver_done(token, std::move(late));
      owner_.on_left_(token);
    }
    if (readers_.empty()) {
      call_.cancel(ErrorKind::kCancelled);
      return;
    }
    arm_all();
    if (!due.empty() && end_pause()) {
      call_.resume();
    }
  }

  MergedCalls& owner_;
  Call& call_;
  std::uint64_t hash_;
  std::shared_ptr<StreamFlow> flow_;  // of the call; null: it is no stream
  std::vector<MergedReader> readers_;
  std::vector<std::string> said_;
  std::size_t said_bytes_ = 0;
  bool is_open_ = false;
  bool is_shared_ = false;  // or was: else the call's own clocks are its one reader's
  net::TimerId timer_ = 0;
  TimePoint timer_at_;
};

MergedCalls::MergedCalls(net::EventLoop& loop, Accounts& accounts,
                         std::function<void(Token)> on_left)
    : loop_(loop), accounts_(accounts), on_left_(std::move(on_left)) {}

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
  const MergedReader reader = group.take(token);
  std::unique_ptr<Completion> ended = cancelled();
  group.record_left(reader, *ended);
  reader.sink->deliver_done(reader.token, std::move(ended));
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
  group.stop_watching();
  for (const MergedReader& reader : group.readers()) {
    readers_.erase(reader.token);
  }
  const auto found = groups_.find(group.hash());
  if (found != groups_.end() && found->second.get() == &group) {
    groups_.erase(found);
  }
}

}  // namespace llmgate::engine
