// What is known about how a model counts: its encoding, or how an estimate is made where no
// vocabulary is public, and what a chat costs beyond its texts. A table; pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace llmgate::tokens {

// How an image is paid for.
enum class ImageRule : std::uint8_t {
  kTiles,    // OpenAI: a base and a price for each tile of 512
  kPatches,  // OpenAI: patches of 32, at most 1536, times a factor
  kArea,     // Anthropic: pixels / 750, at most 1568 on a side
  kCrops,    // Gemini: 258 for each crop of 768
};

struct ImagePrice {
  ImageRule rule = ImageRule::kTiles;
  std::uint16_t base = 85;
  std::uint16_t tile = 170;
  std::uint16_t factor_percent = 100;
};

// What a chat costs beside the tokens of its texts.
struct ChatPrice {
  std::uint16_t message = 3;
  std::uint16_t name = 1;
  std::uint16_t reply = 3;   // the answer's beginning
  std::uint16_t tools = 9;   // once, if there are any
  std::uint16_t rebate = 4;  // less, if there is a system message too
  std::uint16_t tool = 0;    // for each
  std::uint16_t tool_call = 8;
};

struct ModelTokens {
  std::string_view family;      // under which usage is learned from
  std::string_view vocabulary;  // its file, without what follows the dot
  std::string_view encoding;
  // 0: the texts are counted exactly. Else how far an estimate may be off, as a share.
  double error = 0;
  double factor = 1;       // from the encoding's count to the estimate
  double tools_error = 0;  // of what tool definitions and calls add
  ChatPrice chat;
  ImagePrice image;
};

// Never fails: what is not known is estimated, with an error that says so. Takes the names that the
// package takes: with or without a provider, `ft:`, dates, in any case.
ModelTokens tokens_of_model(std::string_view model);

// The vocabulary of an encoding, or empty.
std::string_view vocabulary_of_encoding(std::string_view encoding);
std::span<const std::string_view> encoding_names();

}  // namespace llmgate::tokens
