// Policies of eviction as their papers describe them, over (key, bytes), for comparison with the
// cache's own: LRU, LFU, S3-FIFO, SIEVE and W-TinyLFU. Only tests and benchmarks use them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace llmgate::test {

class CachePolicy {
 public:
  virtual ~CachePolicy() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  // True: a hit. A miss stores it.
  virtual bool ask(std::uint64_t key, std::size_t bytes) = 0;
};

std::vector<std::unique_ptr<CachePolicy>> reference_policies(std::size_t most_bytes);

struct Asked {
  std::uint64_t key = 0;
  std::size_t bytes = 0;
};

// Requests whose popularity is Zipf's with this exponent, some of them (`repeats`, a share) those
// of an agent's loop: one of the last few again. Bytes are taken from `sizes` by key.
std::vector<Asked> zipf_trace(std::size_t length, std::size_t keys, double exponent, double repeats,
                              const std::vector<std::size_t>& sizes, std::uint32_t seed);

}  // namespace llmgate::test
