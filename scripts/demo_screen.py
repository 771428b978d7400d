"""How the demo writes: titles, shown code and its output, tables, and a line of progress."""

from __future__ import annotations

import io
import os
import re
import textwrap
import time
from typing import Any, TextIO

WIDTH = 98
INDENT = "    "
BOLD, DIM, CODE, GOOD, LOST = "1", "2", "36", "32", "33"
_ACTIONS = {"dropped": LOST, "clamped": LOST, "unknown": LOST, "added": GOOD, "mapped": GOOD}


class Screen:
    """Where the demo writes: in colour on a terminal, plain elsewhere."""

    def __init__(self, out: TextIO) -> None:
        self.out = out
        self.is_terminal = out.isatty() and os.environ.get("TERM") != "dumb"
        self._has_colour = self.is_terminal and "NO_COLOR" not in os.environ

    def say(self, text: str = "", colour: str = "") -> None:
        self.out.write(self.coloured(text, colour) + "\n")
        self.out.flush()

    def title(self, number: int, text: str, explanation: str) -> None:
        self.say()
        self.say(f"{number}. {text}", BOLD)
        self.say(textwrap.fill(explanation, WIDTH, initial_indent="   ", subsequent_indent="   "))

    def code(self, source: str) -> None:
        self.say()
        for line in source.splitlines():
            self.say(f"  | {line}" if line else "  |", CODE)

    def row(self, label: str, text: str, colour: str = "") -> None:
        """A label and a text that stays to the right of it, on as many lines as it needs."""
        room = WIDTH - len(INDENT) - len(label)
        lines = textwrap.wrap(text, room, break_on_hyphens=False) or [""]
        for line in lines:
            self.say(INDENT + self.coloured(label, DIM) + self.coloured(line, colour))
            label = " " * len(label)

    def notes(self, dispositions: Any) -> None:
        """What became of the fields that were not kept."""
        told = [note for note in dispositions if note.action != "kept"]
        widest = max((len(note.path) for note in told), default=0)
        for note in told:
            why = "; ".join(filter(None, (note.detail, note.reason)))
            self.row(f"{note.path:{widest}}  {note.action:8} ", why, _ACTIONS.get(note.action, ""))

    def coloured(self, text: str, colour: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if colour and self._has_colour else text


class Indented(io.TextIOBase):
    """Standard output while shown code runs: moved to the right, long lines on several."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._column = 0
        self._has_written = False

    def write(self, text: str) -> int:
        if text and not self._has_written:
            self._has_written = True
            self._out.write("\n")
        for word in re.findall(r"\n|[^\S\n]*[^\s]+|[^\S\n]+", text):
            self._write_word(word)
        return len(text)

    def flush(self) -> None:
        self._out.flush()

    def end_line(self) -> None:
        if self._column > 0:
            self.write("\n")

    def _write_word(self, word: str) -> None:
        if word == "\n":
            self._out.write(word)
            self._column = 0
            return
        if self._column == 0:
            word = INDENT + word
        elif self._column + len(word) > WIDTH:
            self._out.write("\n")
            self._column = 0
            word = 2 * INDENT + word.lstrip()
        self._out.write(word)
        self._column += len(word)


class Progress:
    """How many calls are done: one line that changes on a terminal, a few lines elsewhere."""

    def __init__(self, screen: Screen, total: int) -> None:
        self._screen = screen
        self._total = total
        self._done = 0
        self._start = time.perf_counter()
        self._shown_at = 0.0

    def step(self) -> None:
        if self._done == 0:
            self._screen.say()
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
