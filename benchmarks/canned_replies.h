// What the benchmarks' upstream sends: a plain answer of 700 bytes in the shape of each provider's
// own, and the chunks of a stream in OpenAI's, framed for HTTP/1.1. Made once, then only copied to
// sockets.
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace llmgate::benchmarks {

inline constexpr std::size_t kStampDigits = 16;
inline constexpr std::size_t kBatchedChunks = 64;  // of an unpaced stream, per write

inline std::string http_chunk(std::string_view bytes) {
  std::array<char, 16> size{};
  const auto end = std::to_chars(size.data(), size.data() + size.size(), bytes.size(), 16).ptr;
  std::string chunk(size.data(), end);
  return chunk.append("\r\n").append(bytes).append("\r\n");
}

inline std::string stream_event(std::string_view delta, std::string_view finish_reason) {
  std::string event =
      "data: "
      "{\"id\":\"chatcmpl-BcXv2mQk7LwZt9RsYp4NhG1jUeDa\",\"object\":\"chat.completion.chunk\","
      "\"created\":1763700000,\"model\":\"gpt-4o-2024-08-06\",\"service_tier\":\"default\","
      "\"system_fingerprint\":\"fp_07871e2ad8\",\"choices\":[{\"index\":0,\"delta\":";
  event.append(delta).append(",\"logprobs\":null,\"finish_reason\":").append(finish_reason);
  return event.append("}],\"usage\":null}\n\n");
}

// 700 bytes of body, as the benchmarks' documentation promises: the text is padded to it.
inline std::string padded_body(std::string_view head, std::string_view tail) {
  std::string text;
  while (text.size() < 700 - head.size() - tail.size()) {
    text += "Rain falls on the pond. ";
  }
  text.resize(700 - head.size() - tail.size());
  return std::string(head).append(text).append(tail);
}

inline std::string completion_body() {
  return padded_body(
      "{\"id\":\"chatcmpl-BcXv2mQk7LwZt9RsYp4NhG1jUeDa\",\"object\":\"chat.completion\","
      "\"created\":1763700000,\"model\":\"gpt-4o-2024-08-06\",\"choices\":[{\"index\":0,"
      "\"message\":"
      "{\"role\":\"assistant\",\"content\":\"",
      "\",\"refusal\":null,\"annotations\":[]},\"logprobs\":null,\"finish_reason\":\"stop\"}],"
      "\"usage\":{\"prompt_tokens\":42,\"completion_tokens\":31,\"total_tokens\":73,"
      "\"prompt_tokens_details\":{\"cached_tokens\":0,\"audio_tokens\":0}},"
      "\"service_tier\":\"default\",\"system_fingerprint\":\"fp_07871e2ad8\"}");
}

inline std::string anthropic_body() {
  return padded_body(
      "{\"model\":\"claude-sonnet-4-5-20250929\",\"id\":\"msg_01CeCGmxoEkfrMibLzpr48Qw\","
      "\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"",
      "\"}],\"stop_reason\":\"end_turn\",\"stop_sequence\":null,\"stop_details\":null,"
      "\"usage\":{\"input_tokens\":42,\"cache_creation_input_tokens\":0,"
      "\"cache_read_input_tokens\":0,\"cache_creation\":{\"ephemeral_5m_input_tokens\":0,"
      "\"ephemeral_1h_input_tokens\":0},\"output_tokens\":31,\"service_tier\":\"standard\","
      "\"inference_geo\":\"not_available\"}}");
}

// Indented, as Google sends it.
inline std::string gemini_body() {
  return padded_body(
      "{\n  \"candidates\": [\n    {\n      \"content\": {\n        \"parts\": [\n          {\n"
      "            \"text\": \"",
      "\"\n          }\n        ],\n        \"role\": \"model\"\n      },\n"
      "      \"finishReason\": \"STOP\",\n      \"index\": 0\n    }\n  ],\n"
      "  \"usageMetadata\": {\n    \"promptTokenCount\": 42,\n    \"candidatesTokenCount\": 31,\n"
      "    \"totalTokenCount\": 73,\n    \"promptTokensDetails\": [\n      {\n"
      "        \"modality\": \"TEXT\",\n        \"tokenCount\": 42\n      }\n    ]\n  },\n"
      "  \"modelVersion\": \"gemini-2.5-flash\",\n  \"responseId\": "
      "\"VQYaqvRGbW6qtsPg4TDoAg\"\n}\n");
}

inline std::string reply_of(std::string_view body) {
  return "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: req_4f1d2c\r\n"
         "content-length: " +
         std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

// Everything that is sent, made once.
struct Replies {
  const std::string completion = reply_of(completion_body());
  const std::string anthropic = reply_of(anthropic_body());
  const std::string gemini = reply_of(gemini_body());
  const std::string stream_head =
      "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
      "x-request-id: req_4f1d2c\r\ntransfer-encoding: chunked\r\n\r\n" +
      http_chunk(
          stream_event("{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}", "null"));
  // Paced chunks carry the time they were sent at, in microseconds of the monotonic clock.
  const std::string stamped =
      http_chunk(stream_event("{\"content\":\"0000000000000000\"}", "null"));
  const std::size_t stamp_at = stamped.find("\"content\":\"") + std::strlen("\"content\":\"");
  // Different words of one length: litellm takes a word that repeats for a model gone mad.
  const std::string words = [] {
    std::string all;
    for (std::size_t i = 0; i < kBatchedChunks; ++i) {
      const std::string word = " word" + std::to_string(10 + i);
      all += http_chunk(stream_event("{\"content\":\"" + word + "\"}", "null"));
    }
    return all;
  }();
  const std::size_t word_bytes = words.size() / kBatchedChunks;
  const std::string stream_end =
      http_chunk(stream_event("{}", "\"stop\"")) + http_chunk("data: [DONE]\n\n") + "0\r\n\r\n";
};

}  // namespace llmgate::benchmarks
