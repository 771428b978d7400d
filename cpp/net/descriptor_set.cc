#include "net/descriptor_set.h"

#include <unistd.h>

#include <bit>

namespace llmgate::net {
namespace {

constinit DescriptorSet process_descriptors;

}  // namespace

void DescriptorSet::insert(int descriptor) noexcept {
  const auto number = static_cast<std::size_t>(descriptor);
  if (number < kMaxDescriptors) {
    words_[number / kBitsPerWord].fetch_or(std::uint64_t{1} << (number % kBitsPerWord));
  }
}

void DescriptorSet::erase(int descriptor) noexcept {
  const auto number = static_cast<std::size_t>(descriptor);
  if (number < kMaxDescriptors) {
    words_[number / kBitsPerWord].fetch_and(~(std::uint64_t{1} << (number % kBitsPerWord)));
  }
}

bool DescriptorSet::contains(int descriptor) const noexcept {
  const auto number = static_cast<std::size_t>(descriptor);
  return number < kMaxDescriptors &&
         (words_[number / kBitsPerWord].load() >> (number % kBitsPerWord) & 1U) != 0;
}

std::size_t DescriptorSet::count() const noexcept {
  std::size_t count = 0;
  for (const auto& word : words_) {
    count += static_cast<std::size_t>(std::popcount(word.load()));
  }
  return count;
}

void DescriptorSet::close_all() noexcept {
  for (std::size_t i = 0; i < words_.size(); ++i) {
    if (words_[i].load() == 0) {
      continue;  // reading does not make a page our own; writing would
    }
    std::uint64_t bits = words_[i].exchange(0);
    while (bits != 0) {
      ::close(static_cast<int>(i * kBitsPerWord) + std::countr_zero(bits));
      bits &= bits - 1;
    }
  }
}

DescriptorSet& open_descriptors() noexcept { return process_descriptors; }

}  // namespace llmgate::net
