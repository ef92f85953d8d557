"""Every choice an operator has: `CHATBOT_NAME=value` in the environment or in `.env`."""

import json
import os
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from index import UserError

PREFIX = "CHATBOT_"


class Settings(BaseSettings):
    """Read once, in the command line; functions take plain values from it."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True)

    store: Path = Field(Path("index/store"), description="Folder of the index.")
    site: Path = Field(Path("site"), description="Folder of the built site that is served and indexed.")
    site_url: str = Field("", description="Where an indexed site is published; citations then are absolute.")
    embedding_model: str = Field("bundled", min_length=1, description="`bundled`, a model's folder, or a hub name.")
    late_interaction: bool = Field(
        True, description="Whether the words of an English site are compared by a late-interaction model; the build decides."
    )
    cross_encoder: bool = Field(
        True, description="Whether a small cross-encoder reads the best sections: better refusals, some 30 ms a section."
    )
    reranker: str = Field("", description="Folder or hub name of a cross-encoder that reorders what was found; needs torch to answer.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(7860, ge=1, le=65535, description="Port to listen on.")
    title: str = Field("Ask the guide", min_length=1, max_length=80, description="Name of the assistant in its doors.")
    max_question_characters: int = Field(2000, ge=20, le=10_000, description="Longest question that is answered.")
    max_body_bytes: int = Field(65_536, ge=1024, description="Longest request body that is read.")
    max_statements: int = Field(8, ge=2, le=20, description="Most statements of an answer; a complete list may have more.")
    allowed_origins: str = Field("", description="Origins of other sites that may call the API, separated by commas; `*` for any.")
    feedback: bool = Field(True, description="Whether readers' feedback is taken and stored.")
    feedback_file: Path = Field(Path("data/feedback.sqlite"), description="SQLite file for readers' feedback.")
    note_gaps: bool = Field(False, description="Whether questions that the guide does not cover are noted in the log.")

    llm_base_url: str = Field("", description="Address of an OpenAI-compatible endpoint, such as http://127.0.0.1:8000/v1; empty: quote.")
    llm_model: str = Field("", description="The model's name there.")
    llm_api_key: SecretStr = Field(SecretStr(""), description="Key for the endpoint.")
    llm_api_key_file: str = Field("", description="File that holds the key instead.")
    llm_class: str = Field("", description="Dotted name of another LlamaIndex LLM class, instead of an endpoint.")
    llm_options: str = Field("{}", description="Arguments of the LLM class, as a JSON object; they come before our own.")
    llm_context_tokens: int = Field(4096, ge=1024, description="Context length of the model; sources are trimmed to it.")
    llm_output_tokens: int = Field(512, ge=64, description="Most tokens that the model may write for an answer.")
    llm_sources: int = Field(5, ge=1, le=12, description="Most sections that the model is shown.")
    llm_deadline_seconds: float = Field(4.0, gt=0, le=600, description="Longest wait for a checked statement; then quotes answer.")
    llm_timeout_seconds: float = Field(30.0, gt=0, le=3600, description="Longest time for a whole answer of the model.")
    llm_retries: int = Field(2, ge=0, le=10, description="Further attempts after 429, 5xx or a refused connection.")
    llm_concurrency: int = Field(8, ge=1, le=30, description="Answers that the model writes at once; quotes answer beyond.")
    llm_breaker_failures: int = Field(3, ge=1, description="Failures in a row after which the model is left alone for a while.")
    llm_breaker_seconds: float = Field(30.0, gt=0, description="How long it is left alone before one question tries again.")
    llm_record_statements: int = Field(
        40, ge=0, le=10_000, description="Last statements of the model by which it is believed or doubted; 0: each answer by itself."
    )
    llm_cache_answers: int = Field(256, ge=0, le=100_000, description="Answers of the model that are kept in memory; 0 for none.")
    llm_price_in: float = Field(0.0, ge=0, description="Price of a million tokens read, in any currency.")
    llm_price_out: float = Field(0.0, ge=0, description="Price of a million tokens written, in the same.")
    llm_daily_tokens: int = Field(0, ge=0, description="Tokens a day (UTC) after which the guide is quoted; 0 for no limit.")
    llm_usage_file: Path = Field(Path("data/llm-usage.sqlite"), description="SQLite file that counts them; used only with a limit.")
    llm_follow_ups: bool = Field(False, description="Whether the model completes follow-up questions: one more call each.")

    @field_validator("llm_options")
    @classmethod
    def _json_object(cls, value: str) -> str:
        try:
            found = json.loads(value)
        except ValueError as error:
            raise ValueError("must be a JSON object") from error
        if not isinstance(found, dict):
            raise ValueError("must be a JSON object")  # noqa: TRY004  pydantic reports a ValueError
        return value

    @field_validator("site_url", "llm_base_url")
    @classmethod
    def _http_or_nothing(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        if "@" in urlsplit(value).netloc:
            raise ValueError("must hold no name or password")
        return value


def read_settings(**overrides: object) -> Settings:
    """Read the settings; given values come before the environment.

    Raises:
        UserError: If a variable has an unusable value, or its name is none of ours: a misspelt one would be ignored.
    """
    names = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    given = {*os.environ, *dotenv_values(".env")}
    unknown = sorted(name for name in given if name.upper().startswith(PREFIX) and name.upper() not in names)
    if unknown:
        raise UserError(
            f"No setting is called {', '.join(unknown)}.", remedy=f"The settings are {', '.join(sorted(names))}; mend or unset it."
        )
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = f"{PREFIX}{'_'.join(map(str, first['loc']))}".upper()
        raise UserError(f"{name} is unusable: {first['msg']}.", remedy="Mend or unset it.") from error
