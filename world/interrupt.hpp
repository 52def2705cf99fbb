// Ctrl-C and SIGTERM ask for an orderly end: they set a flag that long work looks at. A second
// Ctrl-C ends the process at once with 130. SIGXFSZ is ignored: the failed write says it.
// Process-wide; any thread.
#pragma once

namespace world {

inline constexpr int kInterruptedExitCode = 130;

// Installs the handlers. May be called again.
void catch_interrupts();

bool interrupted();

// Asks for the same orderly end from within.
void interrupt();

// A process group that the second Ctrl-C kills too. So many are remembered at a time, others are
// not; any thread.
inline constexpr int kGroupsRemembered = 64;
void remember_group(int group);
void forget_group(int group);

// Forgets what was caught. For tests, and for a program that goes on after an interrupted run.
void forget_interrupts();

}  // namespace world
