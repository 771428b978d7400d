"""The ledger: usage of several processes in one file, and the budgets that they share."""

from __future__ import annotations

from os import fspath

from llmgate import _core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike


def enable_ledger(path: str | PathLike[str], *, keep_days: int | None = None) -> None:
    """From now on every call that ends is also summed up in a file, which processes may share.

    :func:`llmgate.usage` then tells what all of them came to, and budgets with ``shared=`` hold for
    all of them together. What calls came to is written within a second, when it is asked for, and
    at the end of the process. A file that cannot be written is a warning, and calls go on; under a
    shared budget they are refused, as nobody knows what is left.

    Args:
        path: of the file, a SQLite database; it is made if it is not there. Another one than before
            takes its place.
        keep_days: how many days of usage the file keeps, today included; what is older is deleted
            when the ledger is enabled and once a day, by this machine's clock and for all processes
            that share the file. Default: all of them.

    Raises:
        ValueError: ``keep_days`` is below 1, or the file cannot be used: it is damaged, another
            application's, of a newer llmgate, or cannot be written. It names the file.

    Example:
        >>> import llmgate, os, tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "usage.sqlite")
        >>> llmgate.enable_ledger(path)
        >>> answer = llmgate.completion("openai/gpt-4o", "Hi", mock_response="Hello!")
        >>> [row["calls"] for row in llmgate.usage()]
        [1]
        >>> llmgate.disable_ledger()
        >>> [row["calls"] for row in llmgate.usage(ledger=path)]
        [1]
    """
    _core.enable_ledger(fspath(path), keep_days)


def disable_ledger() -> None:
    """Writes what is not in the file yet, and ends what :func:`enable_ledger` began. Calls under
    way still settle there what they have reserved there."""
    _core.disable_ledger()
