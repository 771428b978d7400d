#include "tokens/chat_counter.h"

#include <gtest/gtest.h>

#include "support/vocabularies.h"

namespace llmgate::tokens {
namespace {

using testing::tokenizer_of;

TokenCount counted(std::string_view model_name, std::string_view messages,
                   std::string_view tools = "[]", std::string_view choice = "null") {
  const ModelTokens model = tokens_of_model(model_name);
  const auto tokenizer = tokenizer_of(model.encoding);
  const ChatCounter counter(*tokenizer, model);
  json::Document document;
  EXPECT_FALSE(document.read(messages));
  ChatTokens sum = counter.frame();
  bool with_system = false;
  for (const json::Value message : document.root().elements()) {
    sum += counter.count_message(message);
    with_system = with_system || message.find("role").says("system");
  }
  json::Document tool_document;
  EXPECT_FALSE(tool_document.read(tools));
  json::Document choice_document;
  EXPECT_FALSE(choice_document.read(choice));
  sum += counter.count_tools(tool_document.root(), choice_document.root(), with_system);
  return ChatCounter::total(sum, model, {model.factor, model.error, 0});
}

// The example of OpenAI's cookbook, "How to count tokens with tiktoken", with what the API
// reported.
constexpr const char* kCookbook = R"([
  {"role": "system", "content": "You are a helpful, pattern-following assistant that translates corporate jargon into plain English."},
  {"role": "system", "name": "example_user", "content": "New synergies will help drive top-line growth."},
  {"role": "system", "name": "example_assistant", "content": "Things working well together will increase revenue."},
  {"role": "system", "name": "example_user", "content": "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage."},
  {"role": "system", "name": "example_assistant", "content": "Let's talk later when we're less busy about how to do better."},
  {"role": "user", "content": "This late pivot means we don't have time to boil the ocean for the client deliverable."}])";

TEST(ChatCounter, CountsTheCookbooksExampleAsTheServiceDoes) {
  EXPECT_EQ(counted("gpt-4", kCookbook).tokens, 129U);
  EXPECT_EQ(counted("gpt-4o", kCookbook).tokens, 124U);
  EXPECT_FALSE(counted("gpt-4o", kCookbook).is_estimate());
  EXPECT_EQ(counted("gpt-4o", kCookbook).upper_bound, 124U);
}

TEST(ChatCounter, CountsTextPartsLikeText) {
  EXPECT_EQ(counted("gpt-4o", R"([{"role": "user", "content": [{"type": "text", "text": "Hi"}]}])")
                .tokens,
            counted("gpt-4o", R"([{"role": "user", "content": "Hi"}])").tokens);
}

TEST(ChatCounter, MarksToolsAsAnEstimate) {
  constexpr const char* kMessages = R"([{"role": "user", "content": "Weather in Oslo?"}])";
  const TokenCount plain = counted("gpt-4o", kMessages);
  const TokenCount with_tools = counted("gpt-4o", kMessages, R"([{"type": "function", "function": {
      "name": "weather", "description": "Looks it up.",
      "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}}])");
  EXPECT_GT(with_tools.tokens, plain.tokens + 15);
  EXPECT_TRUE(with_tools.is_estimate());
  EXPECT_GT(with_tools.upper_bound, with_tools.tokens);
}

TEST(ChatCounter, CountsToolCallsOfTheHistory) {
  const TokenCount called =
      counted("gpt-4o", R"([{"role": "assistant", "content": null, "tool_calls": [
      {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{\"a\": 1}"}}]}])");
  const TokenCount empty = counted("gpt-4o", R"([{"role": "assistant", "content": null}])");
  EXPECT_GT(called.tokens, empty.tokens + 8);
}

TEST(ChatCounter, AsksNothingOfANamedToolButItsName) {
  constexpr const char* kMessages = R"([{"role": "user", "content": "Hi"}])";
  const std::size_t plain = counted("gpt-4o", kMessages).tokens;
  EXPECT_EQ(counted("gpt-4o", kMessages, "[]", R"("none")").tokens, plain + 1);
  EXPECT_EQ(counted("gpt-4o", kMessages, "[]", R"({"function": {"name": "f"}})").tokens, plain + 8);
  EXPECT_EQ(counted("gpt-4o", kMessages, "[]", R"("auto")").tokens, plain);
}

TEST(ChatCounter, PricesImagesByTheirSize) {
  // The head of a PNG of 1024 by 1024: four tiles.
  constexpr const char* kImage = R"([{"role": "user", "content": [{"type": "image_url", "image_url":
      {"url": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAABAAAAAQA"}}]}])";
  const std::size_t bare = counted("gpt-4o", R"([{"role": "user", "content": []}])").tokens;
  EXPECT_EQ(counted("gpt-4o", kImage).tokens, bare + 765);
  EXPECT_FALSE(counted("gpt-4o", kImage).is_estimate());
}

TEST(ChatCounter, GuessesWhatItCannotSee) {
  const TokenCount guess = counted("gpt-4o", R"([{"role": "user", "content": [
      {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]}])");
  EXPECT_TRUE(guess.is_estimate());
  EXPECT_GT(guess.upper_bound, guess.tokens);
  EXPECT_TRUE(
      counted("gpt-4o", R"([{"role": "user", "content": [{"type": "file"}]}])").is_estimate());
}

TEST(ChatCounter, EstimatesModelsWithoutVocabulary) {
  const TokenCount count = counted("claude-sonnet-4-5", kCookbook);
  EXPECT_TRUE(count.is_estimate());
  EXPECT_GT(count.tokens, counted("gpt-4o", kCookbook).tokens);
  EXPECT_GT(count.upper_bound, count.tokens);
}

TEST(ChatCounter, TakesValuesOfOddShapes) {
  EXPECT_GT(counted("gpt-4o", R"(["text", 5, null, {"role": 3, "content": {"a": 1}}, []])").tokens,
            0U);
}

}  // namespace
}  // namespace llmgate::tokens
