"""How the demo writes: titles, shown code and its output, and a line of progress."""

from __future__ import annotations

import io
import os
import textwrap
import time
from typing import TextIO

WIDTH = 88
INDENT = "    "


class Screen:
    """Where the demo writes: in colour on a terminal, plain elsewhere."""

    def __init__(self, out: TextIO) -> None:
        self.out = out
        self.is_terminal = out.isatty() and os.environ.get("TERM") != "dumb"
        self._has_colour = self.is_terminal and "NO_COLOR" not in os.environ

    def say(self, text: str = "", colour: str = "") -> None:
        self.out.write(self._coloured(text, colour) + "\n")
        self.out.flush()

    def title(self, number: int, text: str, explanation: str) -> None:
        self.say()
        self.say(f"{number}. {text}", "1")
        self.say(textwrap.fill(explanation, WIDTH, initial_indent="   ", subsequent_indent="   "))

    def code(self, source: str) -> None:
        self.say()
        for line in source.splitlines():
            self.say(f"  | {line}" if line else "  |", "36")

    def _coloured(self, text: str, colour: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if colour and self._has_colour else text


class Indented(io.TextIOBase):
    """Standard output while shown code runs: every line moved to the right."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._is_at_start = True
        self._has_written = False

    def write(self, text: str) -> int:
        if text and not self._has_written:
            self._has_written = True
            self._out.write("\n")
        for line in text.splitlines(keepends=True):
            if self._is_at_start and line.strip():
                self._out.write(INDENT)
            self._out.write(line)
            self._is_at_start = line.endswith("\n")
        return len(text)

    def flush(self) -> None:
        self._out.flush()

    def end_line(self) -> None:
        if not self._is_at_start:
            self.write("\n")


class Progress:
    """How many calls are done: one line that changes on a terminal, a few lines elsewhere."""

    def __init__(self, screen: Screen, total: int) -> None:
        self._screen = screen
        self._total = total
        self._done = 0
        self._start = time.perf_counter()
        self._shown_at = 0.0

    def step(self) -> None:
        self._done += 1
        now = time.perf_counter()
        is_last = self._done == self._total
        if self._screen.is_terminal:
            if is_last or now - self._shown_at > 0.03:
                self._shown_at = now
                self._screen.out.write("\r" + self._line(now) + ("\n" if is_last else ""))
                self._screen.out.flush()
        elif is_last or self._done % max(1, self._total // 4) == 0:
            self._screen.say(self._line(now))

    def _line(self, now: float) -> str:
        filled = "#" * (30 * self._done // self._total)
        seconds = now - self._start
        return f"{INDENT}[{filled:30}] {self._done:4} of {self._total} after {seconds:4.2f} s"
