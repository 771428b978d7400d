#include "wire/gemini/config.h"

#include <string>
#include <utility>

#include "chat/refusal.h"
#include "wire/gemini/conversions.h"
#include "wire/gemini/schema.h"
#include "wire/gemini/thinking.h"

namespace llmgate::wire {
namespace {

using json::Value;
using json::Writer;
using enum GeminiSetting;

constexpr std::size_t kMostStops = 5;  // "GenerationConfig.stopSequences: up to 5"

// Of two with one target the first one here counts. Then Gemini's own names at the top level, where
// callers of other gateways put them.
constexpr std::array kFields = std::to_array<GeminiField>({
    {"temperature", "temperature", "temperature"},
    {"max_completion_tokens", "maxOutputTokens", "max_output_tokens"},
    {"max_tokens", "maxOutputTokens", "max_output_tokens"},
    {"top_p", "topP", "top_p"},
    {"top_k", "topK", "top_k"},
    {"n", "candidateCount", "candidate_count"},
    {"seed", "seed", "seed"},
    {"stop", "stopSequences", "stop_sequences", kStop},
    {"presence_penalty", "presencePenalty", "presence_penalty"},
    {"frequency_penalty", "frequencyPenalty", "frequency_penalty"},
    {"logprobs", "responseLogprobs", "response_logprobs"},
    {"top_logprobs", "logprobs", "logprobs"},
    {"response_format", "responseMimeType", "response_mime_type", kResponseFormat},
    {"thinking", "thinkingConfig", "thinking_config", kThinking},
    {"reasoning_effort", "thinkingConfig", "thinking_config", kEffort},
    {"modalities", "responseModalities", "response_modalities", kModalities},
    {"audio", "speechConfig", "speech_config", kAudio},
    {"topP", "topP", "top_p"},
    {"topK", "topK", "top_k"},
    {"candidateCount", "candidateCount", "candidate_count"},
    {"candidate_count", "candidateCount", "candidate_count"},
    {"maxOutputTokens", "maxOutputTokens", "max_output_tokens"},
    {"max_output_tokens", "maxOutputTokens", "max_output_tokens"},
    {"stopSequences", "stopSequences", "stop_sequences"},
    {"stop_sequences", "stopSequences", "stop_sequences"},
    {"presencePenalty", "presencePenalty", "presence_penalty"},
    {"frequencyPenalty", "frequencyPenalty", "frequency_penalty"},
    {"responseLogprobs", "responseLogprobs", "response_logprobs"},
    {"responseMimeType", "responseMimeType", "response_mime_type"},
    {"response_mime_type", "responseMimeType", "response_mime_type"},
    {"responseSchema", "responseSchema", "response_schema"},
    {"response_schema", "responseSchema", "response_schema"},
    {"responseJsonSchema", "responseJsonSchema", "response_json_schema"},
    {"response_json_schema", "responseJsonSchema", "response_json_schema"},
    {"thinkingConfig", "thinkingConfig", "thinking_config"},
    {"thinking_config", "thinkingConfig", "thinking_config"},
    {"responseModalities", "responseModalities", "response_modalities"},
    {"response_modalities", "responseModalities", "response_modalities"},
    {"speechConfig", "speechConfig", "speech_config"},
    {"speech_config", "speechConfig", "speech_config"},
    {"mediaResolution", "mediaResolution", "media_resolution"},
    {"media_resolution", "mediaResolution", "media_resolution"},
    {"imageConfig", "imageConfig", "image_config"},
    {"image_config", "imageConfig", "image_config"},
});

std::string path_of(const GeminiField& field) { return "$." + std::string(field.name); }

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return result;
}

}  // namespace

const GeminiField* find_gemini_field(std::string_view name) {
  for (const GeminiField& field : kFields) {
    if (field.name.size() == name.size() && field.name == name) {
      return &field;
    }
  }
  return nullptr;
}

std::span<const GeminiField> gemini_fields() { return kFields; }

void GeminiConfig::take(const GeminiField& field, Value value) {
  if (value.is_null()) {
    return;
  }
  for (Taken& taken : taken_) {
    if (taken.field == &field) {  // a name twice: the last counts
      taken.value = value;
      return;
    }
  }
  if (taken_.empty()) {
    taken_.reserve(8);
  }
  taken_.push_back({&field, value});
}

void GeminiConfig::give(std::string_view name, Value given) {
  if (given.is_object()) {
    given_ = given;
    given_name_ = name;
  }
}

bool GeminiConfig::is_given(const GeminiField& field, std::size_t position) const {
  if (given_.exists() &&
      (given_.find(field.target).exists() || given_.find(field.snake).exists())) {
    return true;
  }
  for (std::size_t i = 0; i < taken_.size(); ++i) {
    if (i != position && taken_[i].field->target == field.target && taken_[i].field < &field) {
      return true;
    }
  }
  return false;
}

bool GeminiConfig::is_snake(std::string_view name) const {
  for (const Value spelt : hints_.find("snake").elements()) {
    if (spelt.says(name)) {
      return true;
    }
  }
  return false;
}

void GeminiConfig::write_key(const GeminiField& field, Writer& out) const {
  out.escaped_key(hints_.exists() && is_snake(field.snake) ? field.snake : field.target);
}

Failure GeminiConfig::write(Writer& out) {
  const Value empty = hints_.find("config");
  if (taken_.empty() && !given_.exists() && !empty.exists()) {
    return std::nullopt;
  }
  std::string_view name = given_name_;
  if (name.empty()) {
    name = empty.is_string() ? empty.escaped() : "generationConfig";
  }
  out.escaped_key(name).begin_object();
  for (std::size_t i = 0; i < taken_.size(); ++i) {
    if (is_given(*taken_[i].field, i)) {
      note_gemini("(given in generationConfig)", path_of(*taken_[i].field), dispositions_);
    } else if (Failure failure = write_field(taken_[i], out)) {
      return failure;
    }
  }
  for (const json::Member member : given_.members()) {
    out.raw_key(member.name.raw()).raw(member.value.raw());
  }
  out.end_object();
  return std::nullopt;
}

Failure GeminiConfig::write_field(const Taken& taken, Writer& out) {
  const GeminiField& field = *taken.field;
  switch (field.setting) {
    case kSame:
      write_key(field, out);
      out.raw(taken.value.raw());
      break;
    case kStop:
      write_stop(taken, out);
      break;
    case kModalities:
      write_modalities(taken, out);
      break;
    case kAudio:
      write_audio(taken, out);
      break;
    case kResponseFormat:
      return write_response_format(taken, out);
    case kEffort:
    case kThinking:
      return write_thinking(taken, out);
  }
  if (find_gemini_row(field.name) != nullptr) {
    note_gemini(field.name, path_of(field), dispositions_);
  } else {
    note_gemini("(generationConfig's)", path_of(field), dispositions_,
                "generationConfig." + std::string(field.target));
  }
  return std::nullopt;
}

void GeminiConfig::write_stop(const Taken& taken, Writer& out) {
  write_key(*taken.field, out);
  out.begin_array();
  if (taken.value.is_string()) {
    out.raw(taken.value.raw());
  }
  std::size_t count = 0;
  for (const Value word : taken.value.elements()) {
    if (++count > kMostStops) {
      note_gemini("stop(more than five)", path_of(*taken.field), dispositions_);
      break;
    }
    out.raw(word.raw());
  }
  out.end_array();
}

void GeminiConfig::write_modalities(const Taken& taken, Writer& out) const {
  write_key(*taken.field, out);
  out.begin_array();
  for (const Value modality : taken.value.elements()) {
    if (modality.is_string()) {
      out.string(upper(modality.unescaped()));
    } else {
      out.raw(modality.raw());
    }
  }
  out.end_array();
}

void GeminiConfig::write_audio(const Taken& taken, Writer& out) {
  const Value voice = taken.value.find("voice");
  write_key(*taken.field, out);
  out.begin_object();
  if (voice.is_string()) {
    out.escaped_key("voiceConfig").begin_object().escaped_key("prebuiltVoiceConfig").begin_object();
    out.escaped_key("voiceName").raw(voice.raw()).end_object().end_object();
  }
  out.end_object();
  if (taken.value.find("format").exists()) {
    note_gemini("audio.format", path_of(*taken.field) + ".format", dispositions_);
  }
}

Failure GeminiConfig::write_thinking(const Taken& taken, Writer& out) {
  const bool is_effort = taken.field->setting == kEffort;
  std::string thinking;
  Writer inside(thinking);
  Failure failure = is_effort ? write_gemini_effort(taken.value, model_, inside, dispositions_)
                              : write_gemini_thinking(taken.value, model_, inside, dispositions_);
  if (!failure && !thinking.empty()) {
    write_key(*taken.field, out);
    out.raw(thinking);
  }
  return failure;
}

Failure GeminiConfig::write_response_format(const Taken& taken, Writer& out) {
  const Value type = taken.value.find("type");
  const bool has_schema = type.says("json_schema");
  if (!has_schema && !type.says("json_object") && !type.says("text")) {
    return chat::refuse(json::Path("$.response_format").member("type"), type,
                        "\"text\", \"json_object\" or \"json_schema\"");
  }
  const std::string path = path_of(*taken.field);
  write_key(*taken.field, out);
  out.escaped(type.says("text") ? "text/plain" : "application/json");
  const Value wrapper = taken.value.find("json_schema");
  const Value schema = wrapper.find("schema");
  if (!has_schema || !schema.exists()) {
    note_gemini("response_format", path, dispositions_);
    return std::nullopt;
  }
  const Value spelt = hints_.find("schema");
  if (spelt.is_object()) {
    out.escaped_key(spelt.find("key").escaped()).raw(spelt.find("schema").raw());
  } else {
    const json::Path format("$.response_format");
    const json::Path inside = format.member("json_schema");
    write_gemini_schema(schema, inside.member("schema"), out.escaped_key("responseJsonSchema"),
                        dispositions_);
  }
  note_gemini("response_format(schema)", path, dispositions_);
  if (wrapper.find("description").exists()) {
    note_gemini("response_format.json_schema.description", path + ".json_schema.description",
                dispositions_);
  }
  return std::nullopt;
}

}  // namespace llmgate::wire
