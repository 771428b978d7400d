// What becomes of the canonical request's features on their way to Gemini's generateContent: the
// rows that its renderers report from. Render step of a request's path.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "chat/disposition.h"
#include "json/path.h"
#include "wire/conversion.h"

namespace llmgate::wire {

inline constexpr std::string_view kGeminiFormat = "gemini.generateContent";

std::span<const Conversion> gemini_conversions();
std::span<const std::string_view> gemini_features();

// Null if there is none of that name.
const Conversion* find_gemini_row(std::string_view feature);

// `feature` is one of gemini_conversions().
void note_gemini(std::string_view feature, std::string path, chat::Dispositions& dispositions,
                 std::string detail = {});
void note_gemini(std::string_view feature, const char* path, chat::Dispositions& dispositions,
                 std::string detail = {});
void note_gemini(std::string_view feature, const json::Path& path, chat::Dispositions& dispositions,
                 std::string detail = {});

}  // namespace llmgate::wire
