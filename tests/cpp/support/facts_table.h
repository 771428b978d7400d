// Tables of facts about models for tests: one made of a few lines, and that of the package. Include
// from tests only.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace llmgate::account::testing {

// What the first line says of the body: sums over words of eight bytes, as the table's maker
// counts.
inline std::string checksum_of(std::string body) {
  body.resize((body.size() + 7) / 8 * 8);
  std::uint64_t sum = 0;
  std::uint64_t sums = 0;
  for (std::size_t at = 0; at < body.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, body.data() + at, 8);
    sum += word;
    sums += sum;
  }
  char text[33];  // NOLINT(modernize-avoid-c-arrays)
  std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(sum),
                static_cast<unsigned long long>(sums));
  return text;
}

inline std::string row(std::string_view key, std::string_view json) {
  return std::string(key).append("\t").append(json);
}

inline std::string table_text(std::vector<std::string> lines,
                              std::string_view date = "2026-11-22") {
  std::sort(lines.begin(), lines.end());
  std::string body;
  for (const std::string& line : lines) {
    body += line + "\n";
  }
  return R"({"llmgate_model_facts":1,"date":")" + std::string(date) + R"(","bytes":)" +
         std::to_string(body.size()) + R"(,"checksum":")" + checksum_of(body) + "\"}\n" + body;
}

// Writes a file for the running test; `name` tells several of one test apart.
inline std::string write_table(const std::string& text, const std::string& name = "table") {
  const auto* const test = ::testing::UnitTest::GetInstance()->current_test_info();
  const std::string path =
      ::testing::TempDir() + "llmgate_" + test->test_suite_name() + "_" + test->name() + "_" + name;
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

#ifdef LLMGATE_MODEL_FACTS  // where a folder's CMakeLists.txt says where it is
inline std::string package_table() { return LLMGATE_MODEL_FACTS; }
#endif

}  // namespace llmgate::account::testing
