#include "fakes/sayings.hpp"

namespace fakes {

// clang-format off
const std::array<SayingRow, kSayingCount> kSayings = {{
  {"checkable", "Numbered tokens and a checksum; what is said when no rule speaks.", ""},
  {"empty", "No text at all.", ""},
  {"whitespace", "Blanks and line breaks only.", " \n\t \n"},
  {"planning_json", "The plan of the model instead of its answer.",
   R"({"thought":"The user wants the disk usage.","plan":["run df","summarise"],"action":"shell",)"
   R"("command":"df -h","shell_info":"The disk is 40% full."})"},
  {"planning_json_fenced", "The plan in a Markdown code block.",
   "```json\n{\"plan\":[\"look up the order\"],\"tool\":\"orders\",\"answer\":\"It ships "
   "tomorrow.\"}\n```"},
  {"planning_json_nested", "The plan as a JSON string inside of JSON.",
   R"({"response":"{\"steps\":[\"ask\"],\"action\":\"ask\",\"answer\":\"Which city?\"}"})"},
  {"wrong_language", "Another language than the question's.",
   "Das kann ich Ihnen leider nur auf Deutsch beantworten: Bitte starten Sie das Gerät neu."},
  {"internals", "A stack trace, a path, a host name and a key, as after a bug in a prompt.",
   "Traceback (most recent call last):\n  File \"/srv/agent/core/pipeline.py\", line 212, in run\n"
   "psycopg2.OperationalError: could not connect to db-7.internal.example port 5432\n"
   "OPENAI_API_KEY=sk-canary-000000000000000000000000"},
  {"done_marker", "Text that holds the end marker of a stream.",
   "The stream ends with data: [DONE] as its last line."},
  {"markup", "HTML and terminal escapes, to be shown as text and never run.",
   "<script>alert('shakedown')</script><img src=x onerror=alert(1)> \x1b[31mred\x1b[0m"},
  {"controls", "Control characters, quotes and backslashes.", "a\"b\\c\x01\x02\x7f\r\n\tend"},
  {"multibyte", "Characters of two, three and four bytes, and joined ones.",
   "Grüße, żółć, 日本語のテキスト, 😀👩‍👩‍👧‍👦, e\xCC\x81."},
  {"refusal", "The model declines.", "I'm sorry, but I can't help with that."},
}};
// clang-format on

}  // namespace fakes
