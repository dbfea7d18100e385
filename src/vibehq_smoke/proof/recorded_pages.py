"""Pages, written down: what a check asks of a browser's tab, and what the page does by itself meanwhile."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .notebook import Notebook
    from .tape import Seen

_PLAIN = (str, int, float, bool, type(None))


class RecordedTab:
    """A tab whose calls and events are written down."""

    def __init__(self, real: Any, notebook: Notebook) -> None:
        self.untold = real
        """The tab itself, for what is no business of the check."""
        self._notebook = notebook
        self._page: Seen | None = None
        self._numbers: dict[Any, int] = {}

    async def goto(self, url: str, **options: Any) -> None:
        """Go there; the first time begins what is written down of this page."""
        if self._page is None:
            self._page = self._notebook.begin("page", {"path": "/" + url.partition("://")[2].partition("/")[2]})
            self._page.answer = {"calls": {}, "events": []}
        await self._kept("goto", self.untold.goto(url, **options))

    def on(self, event: str, handler: Callable[[Any], None]) -> None:
        """Hand events on, and write them down."""

        def heard(thing: Any) -> None:
            if self._page is not None:
                told = {"cause": self._notebook.cause(self._page), "event": event, "told": self._told(event, thing)}
                self._page.answer["events"].append(told)
            if event == "websocket":
                self._follow(thing)
            handler(thing)

        self.untold.on(event, heard)

    def __getattr__(self, name: str) -> Any:
        """Anything else that a tab can do."""
        return _Recorded(getattr(self.untold, name), name, self)

    async def _kept(self, call: str, result: Any) -> Any:
        try:
            value = await result
        except Exception as error:
            self._write(call, {"error": type(error).__name__, "message": str(error)})
            raise
        self._write(call, {"value": value} if _is_json(value) else {"value": None})
        return value

    def _write(self, call: str, outcome: dict[str, Any]) -> None:
        if self._page is not None:
            self._page.answer["calls"].setdefault(call, []).append(
                {"cause": self._notebook.cause(self._page), **outcome}
            )

    def _told(self, event: str, thing: Any) -> dict[str, Any]:
        match event:
            case "request":
                return {
                    "id": self._number(thing),
                    "method": thing.method,
                    "url": thing.url,
                    "type": thing.resource_type,
                }
            case "response":
                kept = {"content-type": thing.headers.get("content-type", "")}
                return {"id": self._number(thing.request), "status": thing.status, "headers": kept}
            case "requestfailed":
                return {"id": self._number(thing), "failure": thing.failure}
            case "websocket":
                return {"id": self._number(thing), "url": thing.url}
            case "console":
                return {"type": thing.type, "text": thing.text, "location": dict(thing.location or {})}
            case _:
                return {"text": str(thing)}

    def _number(self, thing: Any) -> int:
        return self._numbers.setdefault(thing, len(self._numbers))

    def _follow(self, socket: Any) -> None:
        for event in ("framereceived", "close", "socketerror"):
            socket.on(event, lambda _=None, event=event: self._socket(socket, event))

    def _socket(self, socket: Any, event: str) -> None:
        if self._page is not None:
            told = {"cause": self._notebook.cause(self._page), "event": event, "told": {"id": self._number(socket)}}
            self._page.answer["events"].append(told)


class _Recorded:
    """Something of a tab that can be called, or looked into further."""

    def __init__(self, real: Any, name: str, tab: RecordedTab) -> None:
        self._real = real
        self._name = name
        self._tab = tab

    def __getattr__(self, name: str) -> Any:
        return _wrapped(getattr(self._real, name), f"{self._name}.{name}", self._tab)

    def __call__(self, *args: Any, **options: Any) -> Any:
        call = f"{self._name}({said(args, options)})"
        real = [_bare(one) for one in args], {key: _bare(one) for key, one in options.items()}
        result = self._real(*real[0], **real[1])
        if inspect.isawaitable(result):
            return self._tab._kept(call, result)  # noqa: SLF001 - its other half
        return _wrapped(result, call, self._tab)


def _wrapped(value: Any, name: str, tab: RecordedTab) -> Any:
    return value if isinstance(value, _PLAIN) else _Recorded(value, name, tab)


def _bare(value: Any) -> Any:
    return value._real if isinstance(value, _Recorded) else value  # noqa: SLF001 - as above


def said(args: tuple[Any, ...], options: dict[str, Any]) -> str:
    """The arguments of a call, the same for the same ones."""
    return ", ".join([*map(_say, args), *(f"{name}={_say(value)}" for name, value in sorted(options.items()))])


def _say(value: Any) -> str:
    name = getattr(value, "_name", None)
    return name if isinstance(name, str) else getattr(value, "pattern", None) or repr(value)


def _is_json(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_json(inner) for key, inner in value.items())
    return all(map(_is_json, value)) if isinstance(value, list) else isinstance(value, _PLAIN)
