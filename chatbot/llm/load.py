"""From settings to a writer: the one place that knows classes, keys and files of the language model (disk)."""

import importlib
import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatbot.settings import Settings
from index import UserError

if TYPE_CHECKING:
    from chatbot.llm.endpoint import Endpoint
    from chatbot.llm.writer import ModelWriter

_SETUP = "Install it with `pip install 'enterprise-ai-operations-guide[llm]'`, or in a checkout with `make llm`."
_QUIET = ("openai", "httpx", "httpcore", "llama_index")
"""Libraries that would log addresses or whole requests, and with them what readers ask."""


class ModelMissing(UserError):
    """A language model is configured that can't be made."""


def make_endpoint(settings: Settings) -> "Endpoint":
    """Make the endpoint that the settings name.

    Raises:
        ModelMissing: If the extra is not installed, the class is none, its options don't fit, or the model's name or key is missing.
    """
    try:
        from chatbot.llm.endpoint import Endpoint
    except ImportError as error:
        raise ModelMissing(f"A language model is configured, but the package '{error.name}' is not installed.", remedy=_SETUP) from error
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    options = json.loads(settings.llm_options)
    llm = _of_class(settings.llm_class, options) if settings.llm_class else _openai_like(settings, options)
    name = settings.llm_model or str(options.get("model", "")) or settings.llm_class.rpartition(".")[2]
    return Endpoint(llm, name, retries=settings.llm_retries)


def _openai_like(settings: Settings, options: dict[str, Any]) -> Any:
    if not settings.llm_model:
        raise ModelMissing("CHATBOT_LLM_BASE_URL is set, but no model is named.", remedy="Set CHATBOT_LLM_MODEL to its name there.")
    try:
        from llama_index.llms.openai_like import OpenAILike

        importlib.import_module("openai.resources.chat")  # else the first question would wait while the client imports it
    except ImportError as error:
        raise ModelMissing("A language model is configured, but its client is not installed.", remedy=_SETUP) from error
    import httpx

    from chatbot.llm.endpoint import limit_reply

    connect = min(3.0, settings.llm_deadline_seconds)
    # redirects are not followed: they could lead the key, or us, to another host
    client = httpx.AsyncClient(
        follow_redirects=False,
        timeout=httpx.Timeout(settings.llm_timeout_seconds, connect=connect),
        event_hooks={"response": [limit_reply]},
    )
    ours = {
        "model": settings.llm_model,
        "api_base": settings.llm_base_url,
        "api_key": _key(settings) or "none",  # the client insists on one
        "is_chat_model": True,
        "context_window": settings.llm_context_tokens,
        "max_tokens": settings.llm_output_tokens,
        "temperature": 0.0,
        "max_retries": 0,  # the endpoint counts attempts itself, within the reader's deadline
        "timeout": settings.llm_timeout_seconds,
        "additional_kwargs": {"stream_options": {"include_usage": True}},
        "async_http_client": client,
    }
    return _made(OpenAILike, ours | options)


def _of_class(name: str, options: dict[str, Any]) -> Any:
    module, _, attribute = name.rpartition(".")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise ModelMissing(
            f"CHATBOT_LLM_CLASS names no class: '{name}'.", remedy="Install its package, and write it as package.module.Class."
        ) from error
    if not callable(getattr(found, "astream_chat", None)):
        raise ModelMissing(f"'{name}' is no LlamaIndex LLM class.", remedy="Name a class that has `astream_chat`.")
    return _made(found, options)


def _made(kind: Any, options: dict[str, Any]) -> Any:
    try:
        return kind(**options)
    except Exception as error:  # what a foreign class raises is its own; its text may repeat a key
        raise ModelMissing(
            f"The language model's class {kind.__name__} can't be made with its options ({type(error).__name__}).",
            remedy="Mend CHATBOT_LLM_OPTIONS.",
        ) from None


def _key(settings: Settings) -> str:
    if not settings.llm_api_key_file:
        return settings.llm_api_key.get_secret_value()
    try:
        return Path(settings.llm_api_key_file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ModelMissing("The file that CHATBOT_LLM_API_KEY_FILE names can't be read.", remedy="Mend its path or its rights.") from error


def load_writer(settings: Settings) -> "ModelWriter":
    """Make the writer that the settings describe; once a process, since it remembers failures, answers and tokens.

    Raises:
        ModelMissing: As `make_endpoint`.
    """
    endpoint = make_endpoint(settings)
    from chatbot.llm.breaker import Breaker
    from chatbot.llm.cache import Cache
    from chatbot.llm.calls import Calls
    from chatbot.llm.cost import DailyTokens, Prices
    from chatbot.llm.record import Record
    from chatbot.llm.writer import Limits, ModelWriter
    from chatbot.support import read_limits

    calls = Calls(
        endpoint,
        deadline_seconds=settings.llm_deadline_seconds,
        timeout_seconds=settings.llm_timeout_seconds,
        breaker=Breaker(settings.llm_breaker_failures, settings.llm_breaker_seconds),
        daily=DailyTokens(settings.llm_daily_tokens, settings.llm_usage_file) if settings.llm_daily_tokens else None,
        concurrency=settings.llm_concurrency,
    )
    return ModelWriter(
        calls,
        Limits(settings.max_statements, settings.llm_sources, settings.llm_context_tokens, settings.llm_output_tokens),
        check=read_limits(settings.store),
        cache=Cache(settings.llm_cache_answers),
        record=Record(settings.llm_record_statements),
        prices=Prices(settings.llm_price_in, settings.llm_price_out),
        follow_ups=settings.llm_follow_ups,
    )
