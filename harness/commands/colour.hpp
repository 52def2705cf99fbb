// Whether what is printed may have colours: only on a terminal, and never with NO_COLOR
// (no-color.org) set to anything.
#pragma once

namespace harness {

bool colour_wanted();  // of standard output

}  // namespace harness
