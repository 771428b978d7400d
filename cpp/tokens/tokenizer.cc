#include "tokens/tokenizer.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <system_error>
#include <thread>
#include <utility>

#include "base/nearest.h"

namespace llmgate::tokens {

// An encoder of the tokenizer's for the life of the lease.
class Tokenizer::Lease {
 public:
  explicit Lease(const Tokenizer& tokenizer) : tokenizer_(tokenizer) {
    {
      const MutexLock lock(tokenizer.mutex_);
      if (!tokenizer.idle_.empty()) {
        encoder_ = std::move(tokenizer.idle_.back());
        tokenizer.idle_.pop_back();
      }
    }
    if (encoder_ == nullptr) {
      encoder_ = std::make_unique<Encoder>(*tokenizer.vocabulary_);
    }
  }
  ~Lease() {
    const MutexLock lock(tokenizer_.mutex_);
    if (tokenizer_.idle_.size() < kMostIdle) {
      tokenizer_.idle_.push_back(std::move(encoder_));
    }
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  Encoder* operator->() { return encoder_.get(); }
  Encoder& operator*() { return *encoder_; }

 private:
  const Tokenizer& tokenizer_;
  std::unique_ptr<Encoder> encoder_;
};

namespace {

// Texts are handed out in small groups: large enough that threads seldom meet, small enough that
// one long text does not keep the rest waiting.
constexpr std::size_t kLargestGroup = 16;
constexpr std::size_t kGroupsOfThread = 4;

// Calls work(first, last) until all of `count` are handed out; `work` is called once per thread.
void share_out(std::size_t count, unsigned threads,
               const std::function<void(const std::function<bool(std::size_t&)>&)>& work) {
  threads = std::max(threads, 1U);
  const std::size_t group =
      std::clamp(count / (threads * kGroupsOfThread), std::size_t{1}, kLargestGroup);
  std::atomic<std::size_t> next{0};
  const auto run = [&] {
    std::size_t inside = group;
    std::size_t first = 0;
    work([&](std::size_t& index) {
      if (inside == group) {
        first = next.fetch_add(group);
        inside = 0;
      }
      index = first + inside++;
      return index < count;
    });
  };
  std::vector<std::thread> others;
  const std::size_t useful = std::min<std::size_t>(threads, count / group);
  for (std::size_t number = 1; number < useful; ++number) {
    try {
      others.emplace_back(run);
    } catch (const std::system_error&) {
      break;  // no thread to be had: those that there are do the work
    }
  }
  run();
  for (std::thread& other : others) {
    other.join();
  }
}

void encode_with(Encoder& encoder, std::string_view text, const SpecialTokens& allowed,
                 std::vector<std::uint32_t>& ids) {
  std::size_t place = 0;
  while (const auto found = allowed.find(text, place)) {
    encoder.encode(text.substr(place, found->place - place), ids);
    ids.push_back(found->token.id);
    place = found->place + found->token.text.size();
  }
  encoder.encode(text.substr(place), ids);
}

}  // namespace

Result<std::shared_ptr<const Tokenizer>> Tokenizer::make(
    std::shared_ptr<const Vocabulary> vocabulary, std::string_view encoding) {
  const auto names = vocabulary->encodings();
  const auto found = std::find(names.begin(), names.end(), encoding);
  if (found == names.end()) {
    const std::string_view near = nearest_name(encoding, names);
    return bad_request("", "the vocabulary '" + std::string(vocabulary->name()) +
                               "' has no encoding '" + std::string(encoding) + "'" +
                               (near.empty() ? "" : "; nearest: '" + std::string(near) + "'"));
  }
  const std::string_view name = *found;
  const auto bit = static_cast<unsigned>(found - names.begin());
  std::vector<SpecialToken> special;
  for (const SpecialToken& token : vocabulary->special_tokens()) {
    if (((token.encodings >> bit) & 1U) != 0) {
      special.push_back(token);
    }
  }
  return std::shared_ptr<const Tokenizer>(
      new Tokenizer(std::move(vocabulary), name, SpecialTokens(std::move(special))));
}

Tokenizer::Tokenizer(std::shared_ptr<const Vocabulary> vocabulary, std::string_view name,
                     SpecialTokens special)
    : vocabulary_(std::move(vocabulary)), name_(name), special_(std::move(special)) {}

std::size_t Tokenizer::count(std::string_view text, std::size_t enough) const {
  return Lease(*this)->count(text, enough);
}

std::vector<std::size_t> Tokenizer::count_all(std::span<const std::string_view> texts,
                                              unsigned threads) const {
  std::vector<std::size_t> counts(texts.size());
  share_out(texts.size(), threads, [&](const std::function<bool(std::size_t&)>& next) {
    Lease encoder(*this);
    for (std::size_t index = 0; next(index);) {
      counts[index] = encoder->count(texts[index]);
    }
  });
  return counts;
}

std::vector<std::uint32_t> Tokenizer::encode(std::string_view text) const {
  return encode(text, {});
}

std::vector<std::uint32_t> Tokenizer::encode(std::string_view text,
                                             const SpecialTokens& allowed) const {
  std::vector<std::uint32_t> ids;
  ids.reserve(text.size() / 4 + 8);
  Lease encoder(*this);
  encode_with(*encoder, text, allowed, ids);
  return ids;
}

std::vector<std::vector<std::uint32_t>> Tokenizer::encode_all(
    std::span<const std::string_view> texts, const SpecialTokens& allowed, unsigned threads) const {
  std::vector<std::vector<std::uint32_t>> all(texts.size());
  share_out(texts.size(), threads, [&](const std::function<bool(std::size_t&)>& next) {
    Lease encoder(*this);
    for (std::size_t index = 0; next(index);) {
      encode_with(*encoder, texts[index], allowed, all[index]);
    }
  });
  return all;
}

Result<std::string> Tokenizer::decode(std::span<const std::uint32_t> ids) const {
  std::string text;
  text.reserve(ids.size() * 5);
  for (std::size_t index = 0; index < ids.size(); ++index) {
    const std::uint32_t rank = ids[index] - vocabulary_->id_offset();
    if (rank < vocabulary_->size() && !vocabulary_->bytes(rank).empty()) {
      text += vocabulary_->bytes(rank);
    } else if (const SpecialToken* special = special_.by_id(ids[index])) {
      text += special->text;
    } else {
      return bad_request(
          "$[" + std::to_string(index) + "]",
          "is " + std::to_string(ids[index]) + ", which is no token of " + std::string(name_));
    }
  }
  return text;
}

}  // namespace llmgate::tokens
