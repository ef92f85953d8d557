"""MCP: the guide as tools for agents, over streamable HTTP at `/mcp`. A thin door on the assistant.

Gradio's MCP server lists and calls the tools, as endpoints of the demo. What it leaves out is added here: bounds of the
parameters, schemas of the results, results as data, a check of `Origin`, a limit on the body.
"""

import json
import logging
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from inspect import Parameter, Signature
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatbot.settings import Settings
from chatbot.tool import Tool, ToolFailed
from chatbot.tools import INSTRUCTIONS
from chatbot.wire import Refused, error_body, read_object
from index import UserError

if TYPE_CHECKING:
    import gradio
    from mcp import types
    from mcp.server import Server

log = logging.getLogger(__name__)

PATH = "/mcp"


def add_tools(tools: Iterable[Tool]) -> None:
    """Make each tool an endpoint of the Gradio page that is being made; call inside its `with` block."""
    import gradio

    for tool in tools:
        # no queue: the queue calls the server over HTTP at whatever host the request names
        gradio.api(_endpoint(tool), api_name=tool.name, api_description=tool.description, queue=False)


def close_gradio_path(app: FastAPI, path: str) -> None:
    """Answer 404 below Gradio's own address of MCP; call before the demo is mounted.

    Its page for browsers writes the requested path into a script, and its older transport checks no origin.
    """
    closed, gradio_path = _Closed(), f"{path}/gradio_api/mcp"
    app.router.routes += [Route(gradio_path, endpoint=closed, include_in_schema=False), Mount(gradio_path, app=closed)]


def open_mcp(app: FastAPI, demo: "gradio.Blocks", tools: Iterable[Tool], settings: Settings) -> None:
    """Serve a mounted demo's tools at `/mcp`.

    Raises:
        RuntimeError: If Gradio could not start its MCP server.
    """
    if demo.mcp_server_obj is None:
        raise RuntimeError(f"Gradio's MCP server did not start: {getattr(demo, 'mcp_error', 'no reason given')}")
    _complete(demo.mcp_server_obj.mcp_server, {tool.name: tool for tool in tools}, settings)
    door = _Door(demo.mcp_server_obj.manager.handle_request, settings)
    app.router.routes += [Route(PATH, endpoint=door, include_in_schema=False), Route(f"{PATH}/", endpoint=door, include_in_schema=False)]


def _endpoint(tool: Tool) -> Callable[..., str]:
    """Return the function that Gradio calls: its parameters are the fields of the tool's input, its result is JSON."""

    def call(*values: Any) -> str:
        given = tool.checked(dict(zip(tool.takes.model_fields, values, strict=False)))
        try:
            return gives.dump_json(tool.run(given), by_alias=True).decode("utf-8")
        except UserError:
            raise
        except Exception as error:
            failed = error_body("internal", "Something went wrong here")
            log.exception("The tool %s failed [%s]", tool.name, failed["request_id"])
            raise ToolFailed("Something went wrong here.", remedy=f"The server's log has the request id {failed['request_id']}.") from error

    gives: TypeAdapter[Any] = TypeAdapter(tool.gives)
    fields = tool.takes.model_fields
    call.__name__ = tool.name
    call.__annotations__ = {**{name: field.annotation for name, field in fields.items()}, "return": str}
    parameters = [
        Parameter(
            name,
            Parameter.POSITIONAL_OR_KEYWORD,
            default=Parameter.empty if field.is_required() else field.default,
            annotation=field.annotation,
        )
        for name, field in fields.items()
    ]
    call.__signature__ = Signature(parameters, return_annotation=str)  # type: ignore[attr-defined]
    return call


def _complete(server: "Server[Any, Any]", tools: dict[str, Tool], settings: Settings) -> None:
    """Give Gradio's server what it leaves out, and take away what it can do besides the tools.

    Reading resources and prompts would make the server call itself at the host that a request names.
    """
    from mcp import types

    server.instructions = INSTRUCTIONS
    server.version = version("enterprise-ai-operations-guide")
    listed, called = server.request_handlers[types.ListToolsRequest], server.request_handlers[types.CallToolRequest]
    described = [_described(tool, settings.max_question_characters) for tool in tools.values()]

    async def list_tools(request: types.ListToolsRequest) -> types.ServerResult:
        offered = {tool.name for tool in (await listed(request)).root.tools}  # type: ignore[union-attr]
        return types.ServerResult(types.ListToolsResult(tools=[tool for tool in described if tool.name in offered]))

    async def call_tool(request: types.CallToolRequest) -> types.ServerResult:
        try:
            arguments = _tool(tools, request.params.name).checked(request.params.arguments or {}).model_dump()
        except ToolFailed as error:
            return types.ServerResult(types.CallToolResult(content=[types.TextContent(type="text", text=str(error))], isError=True))
        params = request.params.model_copy(update={"arguments": arguments})
        result = await called(request.model_copy(update={"params": params}))
        if isinstance(result.root, types.CallToolResult) and not result.root.isError:
            (text,) = result.root.content
            assert isinstance(text, types.TextContent)
            result.root.structuredContent = json.loads(text.text)
        return result

    server.request_handlers = {
        types.PingRequest: server.request_handlers[types.PingRequest],
        types.ListToolsRequest: list_tools,
        types.CallToolRequest: call_tool,
    }


def _tool(tools: dict[str, Tool], name: str) -> Tool:
    if name not in tools:
        raise ToolFailed("There is no tool of that name.", remedy=f"The tools are {', '.join(tools)}.")
    return tools[name]


def _described(tool: Tool, longest: int) -> "types.Tool":
    from mcp import types

    takes = tool.takes.model_json_schema()
    for name in ("question", "query", "description"):
        if name in takes["properties"]:
            takes["properties"][name]["maxLength"] = longest
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        inputSchema=takes,
        outputSchema=TypeAdapter(tool.gives).json_schema(mode="serialization"),
        annotations=types.ToolAnnotations(readOnlyHint=True, destructiveHint=False, idempotentHint=True, openWorldHint=False),
    )


class _Closed:
    """Refuses whatever comes."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        raise Refused(404, "not_found", f"The MCP address is {PATH}.")


class _Door:
    """Lets in what may call the tools: a program, or a page of an allowed origin."""

    def __init__(self, handle: ASGIApp, settings: Settings) -> None:
        self._handle = handle
        self._limit = settings.max_body_bytes
        own = {f"http://{host}:{settings.port}" for host in (settings.host, "127.0.0.1", "localhost", "[::1]")}
        self._origins = own | {origin.strip() for origin in settings.allowed_origins.split(",") if origin.strip()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self._check(request)
        # read here, and strictly: the server behind answers 500 to what is not JSON in UTF-8
        body = json.dumps(await read_object(request, self._limit)).encode("ascii")
        messages: Iterator[Message] = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def read_already() -> Message:
            return next(messages, None) or await receive()

        headers = [(name, value) for name, value in scope["headers"] if name != b"content-length"]
        await self._handle({**scope, "headers": [*headers, (b"content-length", str(len(body)).encode())]}, read_already, send)

    def _check(self, request: Request) -> None:
        if request.method != "POST":
            # the tools never speak first: a stream opened by GET would only be held open
            raise Refused(405, "method_not_allowed", "MCP clients send POST here.", {"Allow": "POST"})
        # browsers name the origin of every POST: a foreign page, also one whose name was rebound to this address, is refused
        origin = request.headers.get("origin")
        if origin is not None and not self._origins & {origin, "*"}:
            raise Refused(403, "foreign_origin", "Pages of that origin may not call the tools.")
