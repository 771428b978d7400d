#include "tokens/chat_counter.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <string>

#include "base/hash.h"
#include "tokens/image_size.h"
#include "tokens/tool_text.h"

namespace llmgate::tokens {
namespace {

constexpr double kGuessError = 0.5;
// Choosing no tool, or one by name: LiteLLM's documented allowance, checked against recorded usage.
constexpr std::size_t kNoTool = 1;
constexpr std::size_t kNamedTool = 7;

double bounded_error(double part, double error, double whole) {
  return whole > 0 ? part * error / whole : 0;
}

}  // namespace

ChatTokens& ChatTokens::operator+=(const ChatTokens& other) {
  text += other.text;
  around += other.around;
  tools += other.tools;
  images += other.images;
  is_guess = is_guess || other.is_guess;
  return *this;
}

std::size_t ChatCounter::text(json::Value value) const {
  if (!value.is_string()) {
    return 0;
  }
  std::string storage;
  const std::string_view plain = value.unescaped(storage);
  static const std::uint64_t seed = std::random_device()();  // so that nobody can choose the hash
  const CountMemory::Key key{hash_bytes(plain, seed), plain.size()};
  if (const auto known = tokenizer_.memory().find(key)) {
    return *known;
  }
  const std::size_t count = tokenizer_.count(plain);
  tokenizer_.memory().remember(key, count);
  return count;
}

ChatTokens ChatCounter::count_request(json::Value request) const {
  ChatTokens sum = frame();
  bool with_system = false;
  for (const json::Value message : request.find("messages").elements()) {
    with_system = with_system || message.find("role").says("system");
    sum += count_message(message);
  }
  sum += count_tools(request.find("tools"), request.find("tool_choice"), with_system);
  if (const json::Value format = request.find("response_format"); format.is_object()) {
    sum.tools += tokenizer_.count(format.raw());
  }
  return sum;
}

ChatTokens ChatCounter::frame() const {
  ChatTokens sum;
  sum.around = model_.chat.reply;
  return sum;
}

ChatTokens ChatCounter::count_message(json::Value message) const {
  ChatTokens sum;
  sum.around = model_.chat.message;
  if (!message.is_object()) {
    sum.text = text(message);
    return sum;
  }
  sum.around += text(message.find("role"));
  const json::Value name = message.find("name");
  if (name.is_string()) {
    sum.around += text(name) + model_.chat.name;
  }
  sum.text += text(message.find("refusal")) + text(message.find("content"));
  for (const json::Value part : message.find("content").elements()) {
    sum += count_part(part);
  }
  for (const json::Value call : message.find("tool_calls").elements()) {
    const json::Value function =
        call.find("function").exists() ? call.find("function") : call.find("custom");
    sum.tools += text(function.find("name")) + text(function.find("arguments")) +
                 text(function.find("input")) + model_.chat.tool_call;
  }
  return sum;
}

ChatTokens ChatCounter::count_part(json::Value part) const {
  ChatTokens sum;
  if (part.is_string()) {
    sum.text = text(part);
  } else if (part.find("image_url").exists()) {
    sum = count_image(part.find("image_url"));
  } else if (part.find("text").exists() || part.find("refusal").exists()) {
    sum.text = text(part.find("text")) + text(part.find("refusal"));
  } else {
    sum.is_guess = true;  // a file or a sound: its size in tokens is the provider's secret
  }
  return sum;
}

ChatTokens ChatCounter::count_image(json::Value image) const {
  ChatTokens sum;
  std::string storage;
  const json::Value url = image.is_object() ? image.find("url") : image;
  const bool low = image.find("detail").says("low");
  const auto size = image_size_of_url(url.unescaped(storage));
  if (size) {
    sum.images = image_tokens(model_.image, *size, low);
  } else if (low && model_.image.rule == ImageRule::kTiles) {
    sum.images = model_.image.base;
  } else {
    sum.images = kUnknownImage;
    sum.is_guess = true;
  }
  return sum;
}

ChatTokens ChatCounter::count_tools(json::Value tools, json::Value choice, bool with_system) const {
  ChatTokens sum;
  if (tools.size() > 0) {
    sum.tools = tokenizer_.count(tool_text(tools)) + model_.chat.tools +
                model_.chat.tool * tools.size() - (with_system ? model_.chat.rebate : 0);
  }
  if (choice.says("none")) {
    sum.tools += kNoTool;
  } else if (choice.is_object()) {
    sum.tools += kNamedTool + text(choice.find("function").find("name"));
  }
  return sum;
}

TokenCount ChatCounter::total(const ChatTokens& sum, const ModelTokens& model,
                              const Calibration::Factor& factor) {
  const double text = static_cast<double>(sum.text) * factor.factor;
  const auto tools = static_cast<double>(sum.tools);
  const auto images = static_cast<double>(sum.images);
  const double whole = text + tools + images + static_cast<double>(sum.around);
  TokenCount count;
  count.tokens = static_cast<std::size_t>(std::llround(whole));
  count.error =
      bounded_error(text, factor.error, whole) + bounded_error(tools, model.tools_error, whole);
  if (sum.is_guess) {
    count.error = std::max(count.error, kGuessError);
  }
  count.upper_bound = static_cast<std::size_t>(std::ceil(whole * (1 + count.error)));
  return count;
}

}  // namespace llmgate::tokens
