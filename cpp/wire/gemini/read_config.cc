#include "wire/gemini/read_config.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "chat/schema.h"
#include "wire/gemini/model.h"
#include "wire/gemini/schema.h"
#include "wire/gemini/thinking.h"

namespace llmgate::wire {
namespace {

using json::DocumentWriter;
using json::Member;
using json::Value;

enum class Takes { kNumber, kInteger, kCount, kBool, kWords };

struct Setting {
  std::string_view camel;
  std::string_view snake;
  std::string_view canonical;
  Takes takes;
};
constexpr std::array kSettings = std::to_array<Setting>({
    {"temperature", "temperature", "temperature", Takes::kNumber},
    {"topP", "top_p", "top_p", Takes::kNumber},
    {"topK", "top_k", "top_k", Takes::kNumber},
    {"candidateCount", "candidate_count", "n", Takes::kCount},
    {"maxOutputTokens", "max_output_tokens", "max_tokens", Takes::kInteger},
    {"stopSequences", "stop_sequences", "stop", Takes::kWords},
    {"seed", "seed", "seed", Takes::kInteger},
    {"presencePenalty", "presence_penalty", "presence_penalty", Takes::kNumber},
    {"frequencyPenalty", "frequency_penalty", "frequency_penalty", Takes::kNumber},
    {"responseLogprobs", "response_logprobs", "logprobs", Takes::kBool},
    {"logprobs", "logprobs", "top_logprobs", Takes::kInteger},
});
constexpr std::size_t kMostStops = 5;

bool fits(Value value, Takes takes) {
  switch (takes) {
    case Takes::kNumber:
      return value.is_number();
    case Takes::kInteger:
      return value.as_int().has_value();
    case Takes::kCount:
      return value.as_int().value_or(0) >= 1;
    case Takes::kBool:
      return value.is_bool();
    case Takes::kWords:
      return value.is_array() && value.size() <= kMostStops;
  }
  return false;
}

bool is_upper_word(Value value) {
  const std::string_view text = value.escaped();
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

class ConfigReader {
 public:
  ConfigReader(Value config, const Issuer& issuer, DocumentWriter& out, DocumentWriter& hints)
      : config_(config), issuer_(issuer), out_(out), hints_(hints) {}

  bool read(std::string_view name) {
    const bool has_format = read_format();
    std::vector<Member> rest;
    for (const Member member : config_.members()) {
      if (!(has_format && is_of_format(member.name)) && !read_setting(member) &&
          !read_modalities(member) && !read_thinking(member)) {
        rest.push_back(member);
      }
    }
    if (!rest.empty()) {
      out_.escaped_key(name).begin_object();
      for (const Member member : rest) {
        out_.splice(member);
      }
      out_.end_object();
    } else if (config_.size() == 0 || name != "generationConfig") {
      hints_.escaped_key("config").escaped(name);
      has_hints_ = true;
    }
    write_snake();
    return has_hints_;
  }

 private:
  bool read_setting(Member member) {
    for (const Setting& setting : kSettings) {
      const bool is_snake = member.name.says(setting.snake) && setting.snake != setting.camel;
      if (!is_snake && !member.name.says(setting.camel)) {
        continue;
      }
      if (!fits(member.value, setting.takes) || is_twice(setting)) {
        return false;
      }
      out_.escaped_key(setting.canonical).splice(member.value);
      if (is_snake) {
        snake_.push_back(setting.snake);
      }
      return true;
    }
    return false;
  }

  // Given in both spellings, neither is touched.
  [[nodiscard]] bool is_twice(const Setting& setting) const {
    return setting.camel != setting.snake && config_.find(setting.camel).exists() &&
           config_.find(setting.snake).exists();
  }

  bool read_modalities(Member member) {
    const auto words = member.value.elements();
    if (!member.name.says("responseModalities") || !member.value.is_array() ||
        config_.find("response_modalities").exists()) {
      return false;
    }
    for (const Value word : words) {
      if (!is_upper_word(word)) {
        return false;
      }
    }
    out_.escaped_key("modalities").begin_array();
    for (const Value word : words) {
      std::string lower(word.escaped());
      std::for_each(lower.begin(), lower.end(), [](char& c) { c = static_cast<char>(c + 32); });
      out_.escaped(lower);
    }
    out_.end_array();
    return true;
  }

  bool read_thinking(Member member) {
    return member.name.says("thinkingConfig") && !config_.find("thinking_config").exists() &&
           read_gemini_thinking(member.value, describe_gemini_model(issuer_.model), out_);
  }

  // One media type, and at most one schema.
  bool read_format() {
    const bool is_snake = config_.find("response_mime_type").exists();
    const Value mime = config_.find(is_snake ? "response_mime_type" : "responseMimeType");
    for (const std::string_view name :
         {"responseSchema", "response_schema", "responseJsonSchema", "response_json_schema"}) {
      if (config_.find(name).exists()) {
        if (!schema_key_.empty()) {
          return false;
        }
        schema_key_ = name;
      }
    }
    const bool is_json = mime.says("application/json");
    const bool is_text = mime.says("text/plain") && schema_key_.empty();
    if ((!is_json && !is_text) || (is_snake && config_.find("responseMimeType").exists())) {
      return false;
    }
    if (!schema_key_.empty() && !write_schema(config_.find(schema_key_))) {
      return false;
    }
    if (schema_key_.empty()) {
      out_.escaped_key("response_format").begin_object().escaped_key("type");
      out_.escaped(is_text ? "text" : "json_object").end_object();
    }
    if (is_snake) {
      snake_.emplace_back("response_mime_type");
    }
    return true;
  }

  bool write_schema(Value schema) {
    std::string lowered;
    json::Document document;
    const bool is_changed = lower_gemini_schema(schema, lowered);
    if (is_changed && document.read(lowered)) {
      return false;
    }
    const Value read = is_changed ? document.root() : schema;
    if (chat::check_schema(read, "$")) {
      return false;
    }
    out_.escaped_key("response_format").begin_object().escaped_key("type").escaped("json_schema");
    out_.escaped_key("json_schema").begin_object().escaped_key("name").escaped("response");
    out_.escaped_key("schema").splice(read).end_object().end_object();
    if (is_changed || mentions_reference(schema) || schema_key_ != "responseJsonSchema") {
      hints_.escaped_key("schema").begin_object().escaped_key("key").escaped(schema_key_);
      hints_.escaped_key("schema").splice(schema).end_object();
      has_hints_ = true;
    }
    return true;
  }

  [[nodiscard]] bool is_of_format(Value name) const {
    return name.says("responseMimeType") || name.says("response_mime_type") ||
           (!schema_key_.empty() && name.says(schema_key_));
  }

  void write_snake() {
    if (snake_.empty()) {
      return;
    }
    hints_.escaped_key("snake").begin_array();
    for (const std::string_view name : snake_) {
      hints_.escaped(name);
    }
    hints_.end_array();
    has_hints_ = true;
  }

  Value config_;
  const Issuer& issuer_;
  DocumentWriter& out_;
  DocumentWriter& hints_;
  std::string_view schema_key_;
  std::vector<std::string_view> snake_;
  bool has_hints_ = false;
};

}  // namespace

bool read_gemini_config(std::string_view name, Value config, const Issuer& issuer,
                        DocumentWriter& out, DocumentWriter& hints) {
  return ConfigReader(config, issuer, out, hints).read(name);
}

}  // namespace llmgate::wire
