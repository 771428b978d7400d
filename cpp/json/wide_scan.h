// Steps over long texts with the widest registers that the processor has: found out when the
// process first asks, as a wheel runs on many. Part of writing strings. Pure function, thread-safe.
#pragma once

namespace llmgate::json {

// Behind the bytes from `text` on that may be copied into a JSON string as they are, as far as that
// can be seen many at once: whoever needs the very end of the run looks at what follows.
const char* skip_wide_copyable(const char* text, const char* end);

}  // namespace llmgate::json
