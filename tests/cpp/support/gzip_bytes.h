// Gzip streams made by hand, so that the tests need no compressor: a text stored as it is, and a
// long run of one byte packed into a small bomb.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace llmgate::test {

std::string gzip_stored(std::string_view text);  // at most 65535 bytes
// About `count` times 'a', 158 to 1, without a valid trailer: for readers that stop before its end.
std::string gzip_bomb(std::size_t count);

}  // namespace llmgate::test
