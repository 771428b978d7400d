#include "tokens/model_tokens.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace llmgate::tokens {
namespace {

// OpenAI, "Images and vision: calculating costs", read 2026-11-21.
constexpr ImagePrice k4o{ImageRule::kTiles, 85, 170, 100};
constexpr ImagePrice k4oMini{ImageRule::kTiles, 2833, 5667, 100};
constexpr ImagePrice kO1{ImageRule::kTiles, 75, 150, 100};
constexpr ImagePrice kGpt5{ImageRule::kTiles, 70, 140, 100};
constexpr ImagePrice kMini{ImageRule::kPatches, 0, 0, 162};
constexpr ImagePrice kNano{ImageRule::kPatches, 0, 0, 246};
constexpr ImagePrice kO4Mini{ImageRule::kPatches, 0, 0, 172};
// Anthropic, "Vision: calculate image costs"; Google, "Understand and count tokens"; both read
// 2026-11-21.
constexpr ImagePrice kArea{ImageRule::kArea, 0, 0, 100};
constexpr ImagePrice kCrops{ImageRule::kCrops, 0, 258, 100};

// OpenAI's cookbook, "How to count tokens with tiktoken"; tools and calls as recorded usage has
// them. Models from GPT-5 on begin the answer with a token less and describe tools at more length.
constexpr ChatPrice kChat{};
constexpr ChatPrice kChat5{3, 1, 2, 86, 0, 5, 12};
constexpr ChatPrice kClaude{3, 1, 4, 300, 0, 12, 30};  // its tools come with a prompt of their own
constexpr ChatPrice kBare{0, 0, 0, 20, 0, 10, 10};
constexpr ChatPrice kTemplate{4, 1, 4, 60, 0, 10, 12};  // open models: role marks around each

constexpr double kToolsError = 0.1;
constexpr double kToolsGuess = 0.5;

// The first row whose prefix the name begins with. Estimates: factor over the encoding's count of
// prose and code, and the share by which recorded usage was off at most.
struct Row {
  std::string_view prefix;
  ModelTokens tokens;
};

constexpr ModelTokens exact(std::string_view vocabulary, std::string_view encoding, ChatPrice chat,
                            ImagePrice image, double tools_error = kToolsError) {
  return {vocabulary, vocabulary, encoding, 0, 1, tools_error, chat, image};
}
constexpr ModelTokens openai(ChatPrice chat, ImagePrice image) {
  return exact("o200k_base", "o200k_base", chat, image);
}
constexpr ModelTokens estimate(std::string_view family, std::string_view vocabulary, double factor,
                               double error, ChatPrice chat, ImagePrice image) {
  return {family, vocabulary, vocabulary, error, factor, kToolsGuess, chat, image};
}
constexpr ModelTokens old(std::string_view vocabulary, std::string_view encoding) {
  return exact(vocabulary, encoding, kChat, k4o);
}

constexpr auto kRows = std::to_array<Row>({
    {"gpt-4o-mini", openai(kChat, k4oMini)},
    {"gpt-4o", openai(kChat, k4o)},
    {"chatgpt-4o", openai(kChat, k4o)},
    {"gpt-4.1-mini", openai(kChat, kMini)},
    {"gpt-4.1-nano", openai(kChat, kNano)},
    {"gpt-4.1", openai(kChat, k4o)},
    {"gpt-4.5", openai(kChat, k4o)},
    {"gpt-5-mini", openai(kChat5, kMini)},
    {"gpt-5-nano", openai(kChat5, kNano)},
    {"gpt-5", openai(kChat5, kGpt5)},
    {"gpt-oss", exact("o200k_base", "o200k_harmony", kChat5, kGpt5, kToolsGuess)},
    {"o4-mini", openai(kChat, kO4Mini)},
    {"o1", openai(kChat, kO1)},
    {"o3", openai(kChat, kO1)},
    {"o4", openai(kChat, kO1)},
    {"gpt-4", old("cl100k_base", "cl100k_base")},
    {"gpt-3.5", old("cl100k_base", "cl100k_base")},
    {"gpt-35", old("cl100k_base", "cl100k_base")},
    {"text-embedding-", exact("cl100k_base", "cl100k_base", kBare, k4o)},
    {"davinci-002", old("cl100k_base", "cl100k_base")},
    {"babbage-002", old("cl100k_base", "cl100k_base")},
    {"text-davinci-edit", old("p50k_base", "p50k_edit")},
    {"code-davinci-edit", old("p50k_base", "p50k_edit")},
    {"text-davinci-003", old("p50k_base", "p50k_base")},
    {"text-davinci-002", old("p50k_base", "p50k_base")},
    {"code-davinci", old("p50k_base", "p50k_base")},
    {"code-cushman", old("p50k_base", "p50k_base")},
    {"davinci-codex", old("p50k_base", "p50k_base")},
    {"cushman-codex", old("p50k_base", "p50k_base")},
    {"text-davinci-001", old("r50k_base", "r50k_base")},
    {"text-curie", old("r50k_base", "r50k_base")},
    {"text-babbage", old("r50k_base", "r50k_base")},
    {"text-ada", old("r50k_base", "r50k_base")},
    {"text-s", old("r50k_base", "r50k_base")},  // -similarity-, -search-
    {"code-search", old("r50k_base", "r50k_base")},
    {"gpt2", old("r50k_base", "gpt2")},
    {"gpt-2", old("r50k_base", "gpt2")},
    {"davinci", old("r50k_base", "r50k_base")},
    {"curie", old("r50k_base", "r50k_base")},
    {"babbage", old("r50k_base", "r50k_base")},
    {"ada", old("r50k_base", "r50k_base")},
    {"qwen2", exact("qwen", "qwen", kTemplate, k4o, kToolsGuess)},
    {"qwen3", exact("qwen", "qwen", kTemplate, k4o, kToolsGuess)},
    {"qwq", exact("qwen", "qwen", kTemplate, k4o, kToolsGuess)},
    {"qwen", estimate("qwen", "qwen", 1, 0.1, kTemplate, k4o)},
    {"open-mistral-nemo", exact("tekken", "tekken", kTemplate, k4o, kToolsGuess)},
    {"mistral-nemo", exact("tekken", "tekken", kTemplate, k4o, kToolsGuess)},
    {"ministral", exact("tekken", "tekken", kTemplate, k4o, kToolsGuess)},
    {"pixtral-12b", exact("tekken", "tekken", kTemplate, k4o, kToolsGuess)},
    {"mistral", estimate("mistral", "tekken", 1.05, 0.25, kTemplate, k4o)},
    {"magistral", estimate("mistral", "tekken", 1.05, 0.25, kTemplate, k4o)},
    {"devstral", estimate("mistral", "tekken", 1.05, 0.25, kTemplate, k4o)},
    {"codestral", estimate("mistral", "tekken", 1.05, 0.25, kTemplate, k4o)},
    {"pixtral", estimate("mistral", "tekken", 1.05, 0.25, kTemplate, k4o)},
    // Anthropic, "Token counting": the newer tokenizer makes about 30 % more, read 2026-11-21.
    {"claude-opus-4-7", estimate("claude-5", "o200k_base", 1.5, 0.25, kClaude, kArea)},
    {"claude-opus-4.7", estimate("claude-5", "o200k_base", 1.5, 0.25, kClaude, kArea)},
    {"claude-opus-5", estimate("claude-5", "o200k_base", 1.5, 0.25, kClaude, kArea)},
    {"claude-sonnet-5", estimate("claude-5", "o200k_base", 1.5, 0.25, kClaude, kArea)},
    {"claude-haiku-5", estimate("claude-5", "o200k_base", 1.5, 0.25, kClaude, kArea)},
    {"claude", estimate("claude", "o200k_base", 1.17, 0.25, kClaude, kArea)},
    {"gemini", estimate("gemini", "o200k_base", 1.06, 0.2, kBare, kCrops)},
    {"gemma", estimate("gemma", "o200k_base", 1.06, 0.2, kTemplate, kCrops)},
    {"llama", estimate("llama", "cl100k_base", 1, 0.2, kTemplate, k4o)},
    {"meta-llama", estimate("llama", "cl100k_base", 1, 0.2, kTemplate, k4o)},
    {"deepseek", estimate("deepseek", "o200k_base", 1.05, 0.2, kTemplate, k4o)},
    {"grok", estimate("grok", "o200k_base", 1.02, 0.25, kTemplate, k4o)},
    {"kimi", estimate("kimi", "o200k_base", 1.05, 0.25, kTemplate, k4o)},
    {"glm", estimate("glm", "o200k_base", 1.05, 0.25, kTemplate, k4o)},
    {"command", estimate("command", "o200k_base", 1.1, 0.3, kTemplate, k4o)},
});
constexpr ModelTokens kUnknown = estimate("unknown", "o200k_base", 1.15, 0.4, kTemplate, k4o);

// Each encoding and, at the same place below, its vocabulary.
constexpr auto kEncodings =
    std::to_array<std::string_view>({"cl100k_base", "gpt2", "o200k_base", "o200k_harmony",
                                     "p50k_base", "p50k_edit", "qwen", "r50k_base", "tekken"});
constexpr auto kVocabularies =
    std::to_array<std::string_view>({"cl100k_base", "r50k_base", "o200k_base", "o200k_base",
                                     "p50k_base", "p50k_base", "qwen", "r50k_base", "tekken"});
static_assert(kEncodings.size() == kVocabularies.size());

}  // namespace

ModelTokens tokens_of_model(std::string_view model) {
  std::string name(model);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char byte) { return static_cast<char>(std::tolower(byte)); });
  // What stands before it: providers, vendors, regions, `ft:`. A vendor may be called like its
  // models, so a path is cut first.
  std::string_view rest = name;
  const std::size_t path = rest.rfind('/');
  rest.remove_prefix(path == std::string_view::npos ? 0 : path + 1);
  while (true) {
    for (const Row& row : kRows) {
      if (rest.starts_with(row.prefix)) {
        return row.tokens;
      }
    }
    const std::size_t separator = rest.find_first_of(":.@");
    if (separator == std::string_view::npos) {
      return kUnknown;
    }
    rest.remove_prefix(separator + 1);
  }
}

std::string_view vocabulary_of_encoding(std::string_view encoding) {
  const auto found = std::find(kEncodings.begin(), kEncodings.end(), encoding);
  return found == kEncodings.end()
             ? std::string_view()
             : kVocabularies[static_cast<std::size_t>(found - kEncodings.begin())];
}

std::span<const std::string_view> encoding_names() { return kEncodings; }

}  // namespace llmgate::tokens
