#include "routing/classifier.h"

#include <gtest/gtest.h>

#include <span>
#include <string>

#include "json/writer.h"
#include "routing/classifier_prompts.h"
#include "support/turns.h"

namespace llmgate::routing {
namespace {

using test::LabelledPrompt;
using test::request_of;

Classification classified_request(const std::string& body) {
  const chat::ChatRequest request = request_of(body);
  return classify(request, describe_request(request));
}

Classification classified(std::string_view prompt) {
  std::string body;
  json::Writer out(body);
  out.begin_object().key("model").string("m").key("messages").begin_array().begin_object();
  out.key("role").string("user").key("content").string(prompt);
  out.end_object().end_array().end_object();
  return classified_request(body);
}

struct Accuracy {
  double task = 0;
  double tier = 0;
};

Accuracy accuracy_of(std::span<const LabelledPrompt> prompts) {
  Accuracy accuracy;
  for (const LabelledPrompt& each : prompts) {
    const Classification got = classified(each.prompt);
    accuracy.task += got.task == each.task ? 1 : 0;
    accuracy.tier += got.tier == each.tier ? 1 : 0;
  }
  accuracy.task /= static_cast<double>(prompts.size());
  accuracy.tier /= static_cast<double>(prompts.size());
  return accuracy;
}

// Measured when the rules were made: all of the known ones, 35 and 37 of 44 later ones.
TEST(Classifier, AgreesWithPeopleOnKnownPrompts) {
  const Accuracy accuracy = accuracy_of(test::kKnownPrompts);
  EXPECT_GE(test::kKnownPrompts.size(), 80U);
  EXPECT_GE(accuracy.task, 0.97);
  EXPECT_GE(accuracy.tier, 0.97);
}

TEST(Classifier, AgreesMostlyOnPromptsItWasNotMadeWith) {
  const Accuracy accuracy = accuracy_of(test::kLaterPrompts);
  EXPECT_GE(accuracy.task, 0.78);
  EXPECT_GE(accuracy.tier, 0.82);
}

TEST(Classifier, KnowsTheTwoKindsOfTheLesson) {
  for (const char* const prompt : {"code a web server", "Code: reverse a string", "code review"}) {
    EXPECT_EQ(classified(prompt).task, "code") << prompt;
  }
  for (const char* const prompt : {"summarize this", "Summarize the meeting", "SUMMARISE: x"}) {
    EXPECT_EQ(classified(prompt).task, "summarise") << prompt;
    EXPECT_EQ(classified(prompt).tier, "simple") << prompt;
  }
}

TEST(Classifier, APhraseCountsDoubleWhereTheRequestStands) {
  EXPECT_EQ(classified("Summarise this Python code").task, "summarise");
  EXPECT_EQ(classified("Please could you translate this Python tutorial summary").task,
            "translate");
}

TEST(Classifier, OtherCodesAreNotCode) {
  EXPECT_EQ(classified("Is there a promo code for the museum?").task, "chat");
  EXPECT_EQ(classified("Where do I read our code of conduct?").task, "chat");
}

TEST(Classifier, SeesShapesOfCode) {
  EXPECT_EQ(classified("```\nx\n```").task, "code");
  EXPECT_EQ(classified("#include <vector>").task, "code");
  EXPECT_EQ(classified("TypeError: x").task, "code");
}

TEST(Classifier, SeesFormulasButNotDates) {
  EXPECT_EQ(classified("3 * (4 + 5)").task, "maths");
  EXPECT_EQ(classified("y = 3").task, "maths");
  EXPECT_EQ(classified("Meet me on 2026-11-21 or 21/11").task, "chat");
}

TEST(Classifier, LooksAtTheNewestUserMessage) {
  EXPECT_EQ(classified_request(R"({"model":"m","messages":[
      {"role":"system","content":"You translate everything."},
      {"role":"user","content":"Translate to French: hi"},
      {"role":"assistant","content":"salut"},
      {"role":"user","content":[{"type":"text","text":"Now solve x^2 = 9"}]}]})")
                .task,
            "maths");
  EXPECT_EQ(classified_request(R"({"model":"m","messages":[
      {"role":"system","content":"Summarise."}]})")
                .task,
            "chat");
}

TEST(Classifier, ReadsTheBeginningAndTheEndOfALongMessage) {
  std::string filler;
  while (filler.size() < 20'000) {
    filler += "The garden lay quiet in the evening. ";
  }
  EXPECT_EQ(classified("Translate this to German: " + filler).task, "translate");
  EXPECT_EQ(classified(filler + " Please translate all of that to German.").task, "translate");
  EXPECT_EQ(classified(filler + " Please translate. " + filler).task, "chat");
}

TEST(Classifier, IsNotConfusedByTextCutAnywhere) {
  for (std::size_t shift = 0; shift < 4; ++shift) {
    std::string text(shift, 'a');
    while (text.size() < 3 * kMostClassified) {
      text += "\xe6\x80\xbb\xc3\x89 ";
    }
    EXPECT_EQ(classified(text).task, "chat");
  }
}

TEST(Classifier, ALargePromptIsLongWhereNothingElseIsAsked) {
  const std::string filler(4 * kLongPrompt, 'x');
  EXPECT_EQ(classified(filler).task, "long");
  EXPECT_EQ(classified(filler).tier, "complex");
  EXPECT_EQ(classified("Summarise: " + filler).task, "summarise");
  EXPECT_EQ(classified("Summarise: " + filler).tier, "medium");
}

TEST(Classifier, StepsMakeATaskComplex) {
  EXPECT_EQ(classified("Plan my week").tier, "simple");
  EXPECT_EQ(classified("Plan my week: 1. work 2. sport 3. rest 4. friends").tier, "complex");
  EXPECT_EQ(classified("Plan:\n- work\n- sport\n- rest\n- friends\n").tier, "complex");
}

TEST(Classifier, ALongAnswerIsMoreWork) {
  EXPECT_EQ(classified_request(R"({"model":"m","max_tokens":8000,"messages":[
      {"role":"user","content":"Tell me about cats"}]})")
                .tier,
            "medium");
}

TEST(Classifier, SaysHowClearTheTaskIs) {
  const double clear = classified("Translate into French, please: good morning").score;
  const double mixed = classified("Summarise or translate this code").score;
  EXPECT_GT(clear, mixed);
  EXPECT_GT(mixed, 0);
  EXPECT_LT(clear, 1);
  EXPECT_EQ(classified("Who wrote Faust?").score, 1);
}

}  // namespace
}  // namespace llmgate::routing
