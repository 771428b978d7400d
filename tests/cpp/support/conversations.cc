#include "support/conversations.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <random>

#include "json/document.h"

namespace llmgate::test {
namespace {

constexpr std::size_t kEntry = 1500;  // of an entry beside its texts
constexpr std::size_t kAgents = 16;   // at once

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

json::Value turns_of(json::Value body) {
  for (const char* name : {"messages", "contents", "input"}) {
    if (const json::Value turns = body.find(name); turns.exists() && turns.is_array()) {
      return turns;
    }
  }
  return {};
}

std::size_t answer_size(json::Value response) {
  std::size_t largest = 0;
  for (const json::Member member : response.members()) {
    largest = std::max(largest, member.value.raw().size());
  }
  return largest;
}

// One request for each turn of the model that the recorded one holds, and that one itself.
Conversation conversation_of(json::Value exchange) {
  Conversation sizes;
  const json::Value body = exchange.find("request").find("body");
  if (!body.exists() || !body.is_object()) {
    return sizes;
  }
  if (const json::Value turns = turns_of(body); turns.exists()) {
    std::size_t so_far = body.raw().size() - turns.raw().size();
    for (const json::Value turn : turns.elements()) {
      const std::size_t size = turn.raw().size();
      const json::Value role = turn.is_object() ? turn.find("role") : json::Value();
      const bool is_model =
          role.exists() && (role.raw() == "\"assistant\"" || role.raw() == "\"model\"");
      if (is_model) {
        sizes.push_back(kEntry + so_far + size);
      }
      so_far += size;
    }
  }
  sizes.push_back(kEntry + body.raw().size() + answer_size(exchange.find("response")));
  return sizes;
}

class Agent {
 public:
  Agent(const std::vector<Conversation>& shapes, const std::vector<double>& sums)
      : shapes_(shapes), sums_(sums) {}

  Asked next(std::mt19937_64& random, double repeats) {
    constexpr std::size_t kLoop = 4;
    std::uniform_real_distribution<double> chance(0, 1);
    if (!late_.empty() && chance(random) < repeats) {
      return late_[random() % late_.size()];
    }
    if (step_ == 0) {
      const auto place =
          std::lower_bound(sums_.begin(), sums_.end(), chance(random) * sums_.back());
      rank_ = std::min<std::size_t>(place - sums_.begin(), sums_.size() - 1);
    }
    const Conversation& shape = shapes_[rank_ * 2654435761U % shapes_.size()];
    const Asked asked{rank_ << 8U | step_, shape[step_]};
    step_ = (step_ + 1) % shape.size();
    late_.push_back(asked);
    late_.erase(late_.begin(), late_.end() - std::min<std::ptrdiff_t>(kLoop, std::ssize(late_)));
    return asked;
  }

 private:
  const std::vector<Conversation>& shapes_;
  const std::vector<double>& sums_;
  std::vector<Asked> late_;
  std::size_t rank_ = 0;
  std::size_t step_ = 0;
};

}  // namespace

std::vector<Conversation> recorded_conversations(const std::string& folder) {
  std::vector<Conversation> conversations;
  std::ifstream index(folder + "/index.jsonl");
  std::string line;
  while (std::getline(index, line)) {
    json::Document row;
    json::Document exchange;
    if (row.read(line)) {
      continue;
    }
    const std::string text = text_of(folder + "/" + row.root().find("file").unescaped());
    if (exchange.read(text)) {
      continue;
    }
    if (Conversation sizes = conversation_of(exchange.root()); !sizes.empty()) {
      sizes.resize(std::min<std::size_t>(sizes.size(), 255));
      conversations.push_back(std::move(sizes));
    }
  }
  return conversations;
}

std::vector<Conversation> made_conversations(std::uint32_t seed) {
  std::mt19937_64 random(seed);
  std::lognormal_distribution<double> first(6.5, 1.2);  // of the recorded ones, near enough
  std::lognormal_distribution<double> turn(5.5, 1.0);
  std::vector<Conversation> conversations;
  for (int i = 0; i < 300; ++i) {
    Conversation sizes;
    double so_far = kEntry + std::min(first(random), 200000.0);
    const std::size_t turns = random() % 3 == 0 ? 2 + random() % 10 : 1;
    for (std::size_t step = 0; step < turns; ++step) {
      so_far += std::min(turn(random), 50000.0);
      sizes.push_back(static_cast<std::size_t>(so_far));
    }
    conversations.push_back(std::move(sizes));
  }
  return conversations;
}

std::vector<Asked> conversation_trace(std::size_t length, std::size_t count, double exponent,
                                      double repeats, const std::vector<Conversation>& shapes,
                                      std::uint32_t seed) {
  std::vector<double> sums(count);
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    sum += 1 / std::pow(static_cast<double>(i + 1), exponent);
    sums[i] = sum;
  }
  std::mt19937_64 random(seed);
  std::vector<Agent> agents(kAgents, Agent(shapes, sums));
  std::vector<Asked> trace;
  trace.reserve(length);
  while (trace.size() < length) {
    trace.push_back(agents[random() % kAgents].next(random, repeats));
  }
  return trace;
}

}  // namespace llmgate::test
