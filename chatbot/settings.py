"""Every choice an operator has: `CHATBOT_NAME=value` in the environment or in `.env`."""

import os
from pathlib import Path

from dotenv import dotenv_values
from pydantic import Field, ValidationError, field_validator
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

    @field_validator("site_url")
    @classmethod
    def _http_or_nothing(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
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
