"""For tests of programs that use llmgate: a provider that answers as it is told, and recordings.

>>> from llmgate.testing import FakeProvider, Reply
>>> with FakeProvider([Reply.error(503), "Now I can."]) as fake:
...     print(fake.url.startswith("http://127.0.0.1:"))
True
"""

from llmgate.testing._blocks import (
    Block,
    Citation,
    Reasoning,
    ServerTool,
    Text,
    ToolCall,
    Usage,
)
from llmgate.testing._format import Format, FormatName
from llmgate.testing._parse import (
    RenderedRequest,
    parse,
    read_and_render,
    read_request,
    render_request,
)
from llmgate.testing._script import BEFORE_HEAD, ReceivedRequest, Reply
from llmgate.testing._server import FakeProvider

__all__ = [
    "BEFORE_HEAD",
    "Block",
    "Citation",
    "FakeProvider",
    "Format",
    "FormatName",
    "Reasoning",
    "ReceivedRequest",
    "RenderedRequest",
    "Reply",
    "ServerTool",
    "Text",
    "ToolCall",
    "Usage",
    "parse",
    "read_and_render",
    "read_request",
    "render_request",
]
