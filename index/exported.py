"""A folder that holds an exported model: what it must contain, and how it is opened (disk, ONNX Runtime).

Its description is a JSON file with the sums of the files beside it; the folder is named by the weights and by the
description's own sum, so nothing in it can change unseen. Used for the encoder and the cross-encoder.
"""

import hashlib
import json
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict

from index.errors import IndexBroken

TOKENIZER = "tokenizer.json"


class ExportedModel(BaseModel):
    """What every description says."""

    model_config = ConfigDict(frozen=True)

    weights_sha256: str
    max_tokens: int
    files: dict[str, str]
    """SHA-256 of each file beside this one."""


Description = TypeVar("Description", bound=ExportedModel)


def read_description(shape: type[Description], file: Path, names: tuple[str, ...]) -> Description:
    """Read a description and check the sums of the files beside it.

    Args:
        shape: What it must be.
        file: The description, in the model's folder.
        names: Files that must lie beside it.

    Raises:
        IndexBroken: If a file is missing, unreadable or altered.
    """
    if not file.is_file():
        raise IndexBroken(file, "is missing")
    if file.parent.name != folder_name(file):
        raise IndexBroken(file, "is truncated or altered")
    try:
        described = shape.model_validate_json(file.read_text("utf-8"))
    except ValueError as error:
        raise IndexBroken(file, "was written by another version") from error
    for name in names:
        verify_file(file.parent / name, described.files.get(name, ""))
    return described


def seal(described: ExportedModel, file: Path) -> Path:
    """Write the description of a filled folder and give the folder the name that it must have.

    Returns:
        The folder under its new name.
    """
    file.write_text(described.model_dump_json(indent=2), "utf-8")
    return file.parent.rename(file.parent.with_name(folder_name(file)))


def folder_name(description: Path) -> str:
    """Return what a model's folder is called: by its weights, and by its description, which holds the sums of its files."""
    try:
        weights = str(json.loads(description.read_text("utf-8"))["weights_sha256"])
    except (ValueError, LookupError, TypeError):
        weights = ""
    return f"{weights[:16]}-{file_sha256(description)[:16]}"


def open_session(graph: Path, threads: int) -> Any:
    """Return an ONNX Runtime session.

    Args:
        graph: The ONNX file.
        threads: One for questions: on shared cores a spinning pool costs more than it gives.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])


def open_tokenizer(file: Path) -> Any:
    """Return a model's own tokenizer, without padding or truncation."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's content, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify_file(path: Path, sha256: str) -> None:
    """Refuse a file that is not there or not the one that was written.

    Raises:
        IndexBroken: Naming the file.
    """
    if not path.is_file():
        raise IndexBroken(path, "is missing")
    if file_sha256(path) != sha256:
        raise IndexBroken(path, "is truncated or altered")
