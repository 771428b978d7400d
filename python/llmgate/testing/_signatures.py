"""Signatures of reasoning: made, remembered and recognised when they come back."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

_SECRET = b"llmgate fake provider"
_MOST_REMEMBERED = 10_000  # oldest forgotten first: a long benchmark must not grow without end


class Signatures:
    """The signatures of one provider.

    A signature that is made here fits what it signs without being remembered, so that a second
    provider of the same format recognises it; one that a script gave is remembered.
    """

    def __init__(self) -> None:
        self._given: dict[str, str] = {}

    def sign(self, content: str, given: str | None) -> str:
        """The signature sent with this content: the one given, or a new one."""
        if given is None:
            return _encoded(_digest(content))
        while len(self._given) >= _MOST_REMEMBERED:
            del self._given[next(iter(self._given))]
        self._given[_plain(given)] = content
        return given

    def knows(self, signature: Any) -> bool:
        """Whether a provider of this kind issued the signature, for whatever content."""
        if not isinstance(signature, str):
            return False
        if _plain(signature) in self._given:
            return True
        try:
            raw = base64.b64decode(_plain(signature), validate=True)
        except ValueError:
            return False
        return _encoded(raw[:32]) == _plain(signature)

    def fits(self, signature: Any, content: str) -> bool:
        """Whether the signature was issued for exactly this content."""
        if not self.knows(signature):
            return False
        plain = _plain(signature)
        return self._given.get(plain) == content or _encoded(_digest(content)) == plain


def canonical(value: Any) -> str:
    """A JSON value as text that does not depend on the order of members."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _plain(signature: str) -> str:
    """The standard alphabet: Google's own clients send signatures back in the one for URLs."""
    return signature.replace("-", "+").replace("_", "/")


def _digest(content: str) -> bytes:
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).digest()


def _encoded(digest: bytes) -> str:
    return base64.b64encode(digest + hashlib.sha256(_SECRET + digest).digest()).decode()
