// The vocabularies of the package for tests, and merging by rank as its definition says, to compare
// with. Include from tests only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tokens/tokenizer.h"
#include "tokens/tokenizer_store.h"

namespace llmgate::tokens::testing {

inline std::string vocabulary_path(std::string_view name) {
  return std::string(LLMGATE_VOCABULARIES) + "/" + std::string(name) + ".vocabulary";
}

inline std::shared_ptr<const Tokenizer> tokenizer_of(std::string_view encoding) {
  static TokenizerStore store(LLMGATE_VOCABULARIES);
  return store.get(encoding).value();
}

inline std::string file_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Joins the two neighbours whose bytes together have the lowest rank, again and again.
class PlainBpe {
 public:
  explicit PlainBpe(const Vocabulary& vocabulary) {
    for (Rank rank = 0; rank < vocabulary.size(); ++rank) {
      if (!vocabulary.bytes(rank).empty()) {
        ranks_.emplace(vocabulary.bytes(rank), rank);
      }
    }
  }

  [[nodiscard]] std::vector<Rank> merge(std::string_view piece) const {
    std::vector<std::string_view> parts;
    for (std::size_t place = 0; place < piece.size(); ++place) {
      parts.push_back(piece.substr(place, 1));
    }
    while (join_best(parts)) {
    }
    std::vector<Rank> merged;
    for (const std::string_view part : parts) {
      merged.push_back(ranks_.at(part));
    }
    return merged;
  }

 private:
  bool join_best(std::vector<std::string_view>& parts) const {
    std::size_t best = parts.size();
    Rank lowest = kNoRank;
    for (std::size_t place = 0; place + 1 < parts.size(); ++place) {
      const std::string_view both(parts[place].data(),
                                  parts[place].size() + parts[place + 1].size());
      const auto found = ranks_.find(both);
      if (found != ranks_.end() && found->second < lowest) {
        lowest = found->second;
        best = place;
      }
    }
    if (best == parts.size()) {
      return false;
    }
    parts[best] = {parts[best].data(), parts[best].size() + parts[best + 1].size()};
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(best) + 1);
    return true;
  }

  std::map<std::string_view, Rank> ranks_;
};

}  // namespace llmgate::tokens::testing
