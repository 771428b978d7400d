#include "routing/classifier_rules.h"

#include <array>

namespace llmgate::routing {
namespace {

using enum Aspect;

// Points by aspect; phrases are separated by '|'.
constexpr std::array kPhrases = std::to_array<AspectRule>({
    {"refactor*", kCode, 2.5},
    {"mutex|semaphore|goroutine*|deadlock*|thread safe|race condition|frontend|backend|"
     "cors|terraform|ansible|makefile|webpack|vue|svelte|node js|nodejs|spring boot|"
     "postgres*|mysql|mongodb|redis|graphql|grpc|websocket*|middleware|pull request|"
     "merge conflict|type hints|typehints|codebase|compiler|interpreter|linter|pytest|"
     "junit|ci pipeline|github actions|nginx|systemd|ssh|dataframe|numpy|pytorch|"
     "tensorflow|oop|recursion|recursive|garbage collection|heap overflow|memory leak|"
     "buffer overflow|null pointer|iterator|boolean|boilerplate|cron|cronjob|powershell|"
     "scala|fortran|cobol|verilog|vhdl|matlab|vba|excel formula|spreadsheet formula|"
     "dockerfile|helm chart|autoscaling|microservice*|oauth|jwt|tcp|dns|stdin|stdout|"
     "localhost|compile*|debug*|unit test|unit tests|stack trace|stacktrace|segfault|"
     "regex|regular expression|sql|linked list|binary tree|hash map|lock free|git|docker*|"
     "kubernetes|bash|npm|cmake|python|javascript|typescript|java|kotlin|golang|php|"
     "haskell|html|css|django|quellcode",
     kCode, 2},
    {"code|coding|function|rate limiter|pip|rust|in go|ruby|react|código|codice|функцию|"
     "код|программу",
     kCode, 1.5},
    {"csv|swift|shell|assembly|latex|pointer|pointers|closure|decorator|lambda|callback|"
     "angular|curl|perl|server|handler|module|library|package|parser|framework|repository|"
     "repo|commit|branch|deploy*|loop|array|list comprehension|variable|string|integer|"
     "object oriented|syntax|crash*|timeout|log file|config|configuration|cli|sdk|plugin|"
     "cache|queue|thread|threads|process|unix|ubuntu|browser|webpage|website|web app|app|"
     "software|big o|time complexity|c project|s3 bucket|aws|azure|gcp|cloud|login|"
     "program|script|implement|bug|exception|permission denied|api|endpoint|database|"
     "algorithm|github|linux|flask|pandas|json|yaml|async|programm|funktion|fonction|"
     "función",
     kCode, 1},
    {"method|class|query|schema|terminal|component", kCode, 0.5},
    {"qr code", kCode, -1},
    {"dress code|zip code|area code|promo code|discount code|post code|code of conduct", kCode, -3},
    {"tldr|tl dr", kSummarise, 4},
    {"summari*|summary|zusammenfass*|résume|résumer|résumez|résumé de|resumen|resumir|"
     "resume este|resume el|resume la|resuma|resumo|riassum*|riassunto|samenvatt*|"
     "резюмир*|суммиру*|перескажи*",
     kSummarise, 3},
    {"sum up|boil this down|boil it down|boil that down|in one sentence|in a sentence|"
     "in two sentences|in a few sentences|in a few lines|main ideas|main idea|"
     "key findings|highlights of|cliff notes|cliffnotes|abstract of|short version|"
     "too long|overview of this|overview of the following|wrap up|action items|digest|"
     "wichtigsten punkte|kernaussagen|points clés|puntos clave|in breve|en bref|condense|"
     "key points|main points|key takeaways",
     kSummarise, 2.5},
    {"shorten|recap|gist|takeaways|in a nutshell|boil down|synthèse|sintesi|кратко", kSummarise, 2},
    {"fasse", kSummarise, 1.5},
    {"zusammen", kSummarise, 1},
    {"translat*|how do you say|traduc*|traduis*|traduz*|tradurre|übersetz*|vertaal|"
     "перевед*|перевод*",
     kTranslate, 3},
    {"how to say", kTranslate, 2.5},
    {"in korean|in japanese|in chinese|in mandarin|in italian|in portuguese|in dutch|"
     "in polish|in russian|in arabic|in turkish|in swedish|in greek|in hindi|in latin|"
     "into korean|into mandarin|into portuguese|into dutch|into polish|into russian|"
     "into arabic|into turkish|into swedish|into greek|into hindi|into latin|"
     "mean in english|means in english|auf englisch|auf deutsch|auf französisch|"
     "en anglais|en inglés|in inglese|em inglês|по английски|cómo se dice|comment dit on|"
     "wie sagt man|come si dice|como se diz|как сказать|into english|into french|"
     "into german|into spanish|into italian|into japanese|into chinese|ins englische",
     kTranslate, 2},
    {"in english|in french|in german|in spanish|translation|word for|to english|to french|"
     "to german|to spanish",
     kTranslate, 1.5},
    {"spanish word", kTranslate, 1},
    {"say", kTranslate, 0.75},
    {"eigenvalue*", kMaths, 3},
    {"integral|derivative|polynomial|finite group|abelian|berechne|beweise|уравнени*|"
     "вычисли*|докажи*",
     kMaths, 2.5},
    {"as a decimal|as a fraction|simplify|fraction|decimal|perimeter|circumference|"
     "diameter|radius|hypotenuse|compound interest|interest rate|standard deviation|"
     "variance|expected value|binomial|permutation*|combination*|infinitely many|primes|"
     "prime|divisible|divisor|greatest common|least common|logarithm|exponent|quadratic|"
     "inequality|limit of|converge*|determinant|inverse of|cosine|sine|tangent|volume of|"
     "arithmetic|algebra|calculus|trigonometry|what percentage|how fast|times as|twice as|"
     "average of|multiply|divided by|subtract|sum of|product of|cube root|squared|cubed|"
     "equation*|roots of|square root|matrix|theorem|lemma|probability|calculate|factorial|"
     "prime number*|modulo|irrational|induction|average speed|how many ways|prove|"
     "gleichung|équation|calcule*|résous|démontre*|ecuación|resuelve|calcula",
     kMaths, 2},
    {"solve|differentiate|geometry|percent of|löse", kMaths, 1.5},
    {"area|series|vector|statistics|ratio|degrees|angle|proportion|sequence|median|"
     "integrate|compute|triangle|proof",
     kMaths, 1},
    {"evaluate|sin", kMaths, 0.5},
    {"thorough|multi section|lengthy|extensive|long form|longform|word story|word article|"
     "word essay|word blog|full article|term paper|research paper|case study|ebook|e book|"
     "series of|essay|report on|screenplay|business plan|white paper|whitepaper|aufsatz|"
     "dissertation|ensayo|short story",
     kLong, 2},
    {"chapter of|whole chapter|blog post", kLong, 1.5},
    {"guide|manual|speech|handbook|curriculum|thesis|manifesto|novel|comprehensive|"
     "in depth|pages|book review|rédige",
     kLong, 1},
    {"long|detailed|words|page", kLong, 0.5},
    {"explain your reasoning|logic puzzle|brain teaser|lies and|tells the truth|liar|"
     "knights and knaves|what would happen if|think through|reason through|justify|"
     "argue for and against|which is better and why|critically|evaluate whether|infer|"
     "step by step|think carefully|reason carefully|prove|counterexample|optimal strategy|"
     "schritt für schritt|beweise|étape par étape|démontre*|paso a paso|demuestra|докажи*",
     kReasoning, 2},
    {"infinitely many|hypothes*|implications|strategy|ethical|dilemma|counterfactual|"
     "weigh|reason about|proof|derive|show that|puzzle|riddle|root cause|trade offs|"
     "tradeoffs|analyse why|analyze why|deduce",
     kReasoning, 1.5},
    {"most likely|paradox|advantages and disadvantages|pros and cons", kReasoning, 1},
    {"architect*", kLarge, 1.5},
    {"roadmap|strategy for|full stack|plan the|complete application|entire|documentation|"
     "rollback|autoscaling|scalable|fault tolerant|high availability|design|distributed|"
     "production|from scratch|end to end|comprehensive|requirements|migration|refactor*|"
     "security review",
     kLarge, 1},
    {"authentication|make sure|ensure|must|build a", kLarge, 0.5},
    {"should", kLarge, 0.25},
    {"make a|compare|and finally|lastly|as well as|in addition|zuerst|schließlich|d abord|"
     "enfin|primero|finalmente|сначала|наконец|first|then|finally|afterwards|after that|"
     "and also|danach|anschließend|ensuite|luego|затем",
     kStep, 1},
    {"next", kStep, 0.5},
});

constexpr std::array kShapes = std::to_array<AspectRule>({
    {"```", kCode, 4},
    {"Traceback (most recent call last)", kCode, 5},
    {"Exception in thread", kCode, 5},
    {"\n\tat ", kCode, 3},
    {"\n    at ", kCode, 3},
    {"error[E", kCode, 4},
    {"Segmentation fault", kCode, 4},
    {"TypeError", kCode, 3},
    {"SyntaxError", kCode, 3},
    {"NullPointerException", kCode, 3},
    {"undefined is not", kCode, 3},
    {"#include", kCode, 4},
    {"console.log", kCode, 4},
    {"const ", kCode, 1},
    {"SELECT ", kCode, 3},
    {" FROM ", kCode, 0.5},
    {"def ", kCode, 1.5},
    {"func ", kCode, 1.5},
    {"public static", kCode, 3},
    {"();", kCode, 2},
    {"=>", kCode, 1},
    {"C++", kCode, 2},
    {"C#", kCode, 2},
    {"\\d", kCode, 1},
    {"\\frac", kMaths, 3},
    {"\\int", kMaths, 3},
    {"\\sum", kMaths, 3},
    {"\\sqrt", kMaths, 3},
    {"∫", kMaths, 3},
    {"∑", kMaths, 3},
    {"√", kMaths, 2},
    {"π", kMaths, 1},
    {"^2", kMaths, 1.5},
    {"^3", kMaths, 1.5},
    {"e^x", kMaths, 1},
    {"% of ", kMaths, 2},
    {"-word ", kLong, 2},
    {"-page ", kLong, 2},
});

constexpr std::array kSpaceless = std::to_array<AspectRule>({
    {"代码", kCode, 3},        {"函数", kCode, 2},          {"コード", kCode, 3},
    {"関数", kCode, 2},        {"코드", kCode, 3},          {"总结", kSummarise, 3},
    {"總結", kSummarise, 3},   {"摘要", kSummarise, 3},     {"概括", kSummarise, 3},
    {"要約", kSummarise, 3},   {"まとめて", kSummarise, 3}, {"요약", kSummarise, 3},
    {"翻译", kTranslate, 3},   {"翻譯", kTranslate, 3},     {"翻訳", kTranslate, 3},
    {"訳して", kTranslate, 3}, {"번역", kTranslate, 3},     {"方程", kMaths, 3},
    {"计算", kMaths, 2},       {"計算", kMaths, 2},         {"证明", kMaths, 3},
    {"証明", kMaths, 3},       {"계산", kMaths, 2},         {"证明", kReasoning, 2},
    {"証明", kReasoning, 2},   {"一步一步", kReasoning, 2},
});

constexpr auto kPolite = std::to_array<std::string_view>(
    {"please", "can",   "could",  "would",  "will",  "you",  "hi",        "hello", "hey",
     "i",      "want",  "to",     "need",   "me",    "give", "a",         "an",    "the",
     "short",  "brief", "bitte",  "kannst", "du",    "den",  "folgenden", "haz",   "un",
     "por",    "favor", "pouvez", "vous",   "write", "make"});

}  // namespace

std::span<const AspectRule> phrase_rules() { return kPhrases; }
std::span<const AspectRule> shape_rules() { return kShapes; }
std::span<const AspectRule> spaceless_rules() { return kSpaceless; }
std::span<const std::string_view> polite_words() { return kPolite; }

}  // namespace llmgate::routing
