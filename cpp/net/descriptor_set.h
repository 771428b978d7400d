// Which descriptors this process holds for its connections and to wake its loops, so that the child
// of a fork can close them without touching the engine it inherited. Lock-free; any thread, and a
// child between fork and exec.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace llmgate::net {

class DescriptorSet {
 public:
  constexpr DescriptorSet() = default;
  DescriptorSet(const DescriptorSet&) = delete;
  DescriptorSet& operator=(const DescriptorSet&) = delete;

  void insert(int descriptor) noexcept;
  void erase(
      int descriptor) noexcept;  // before it is closed, or a fork in between closes another's
  [[nodiscard]] bool contains(int descriptor) const noexcept;
  [[nodiscard]] std::size_t count() const noexcept;
  // Closes them all and forgets them: no locks, no memory, no destructors.
  void close_all() noexcept;

 private:
  static constexpr std::size_t kBitsPerWord = 64;
  // Linux' default ceiling of a process (fs.nr_open); larger numbers are not tracked. Pages of the
  // table that are never touched cost nothing.
  static constexpr std::size_t kMaxDescriptors = std::size_t{1} << 20U;

  std::array<std::atomic<std::uint64_t>, kMaxDescriptors / kBitsPerWord> words_{};
};

// The one set of this process. It must outlive every engine and be reachable from a fork handler,
// hence a global.
DescriptorSet& open_descriptors() noexcept;

}  // namespace llmgate::net
