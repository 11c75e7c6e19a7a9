"""Whisper's own checkpoints in the format of CTranslate2, which faster-whisper reads: written once, beside the others.

So faster-whisper needs no download of its own, and has exactly the weights that Whisper has. Weights are stored as
16-bit floats, as in the checkpoints; the precision in which they are used is chosen when they are loaded.
"""

import json
import shutil
import tempfile
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Increase it when the same checkpoint is written in another way.
VERSION = 1
# Whisper's two vocabularies.
MULTILINGUAL, ENGLISH = "multilingual", "gpt2"

Arrays = Mapping[str, NDArray[np.float16]]


def converted(weights: Path, digest: str, folder: Path) -> Path:
    """The folder with the checkpoint ``weights`` for faster-whisper, written into ``folder`` if it is not there.

    Raises what ``torch.load`` raises for a damaged checkpoint, and ``OSError`` where nothing can be written.
    """
    target = folder / f"{weights.stem}-{digest.rpartition(' ')[2]}-ctranslate2-{VERSION}"
    if target.is_dir():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".convert-") as name:
        made = Path(name) / "model"
        made.mkdir()
        _convert(weights, made)
        try:
            made.replace(target)
        except OSError:
            # Another process was faster.
            if not target.is_dir():
                raise
    return target


def remove_conversion(folder: Path) -> None:
    """Removes a converted checkpoint that cannot be loaded, so that the next use converts it again."""
    shutil.rmtree(folder, ignore_errors=True)


def _convert(weights: Path, folder: Path) -> None:
    import torch
    from ctranslate2.specs import WhisperSpec

    model = _load(weights)
    arrays = {name: one.to(torch.float16).numpy() for name, one in model.state_dict().items()}
    dims = model.dims
    spec = WhisperSpec(dims.n_audio_layer, dims.n_audio_head, dims.n_text_layer, dims.n_text_head)
    _fill_encoder(spec.encoder, arrays)
    _fill_decoder(spec.decoder, arrays)
    tokens = _write_tokenizer(model, folder / "tokenizer.json")
    spec.register_vocabulary(tokens)
    spec.config.suppress_ids_begin = [tokens.index("Ġ"), tokens.index("<|endoftext|>")]
    spec.config.suppress_ids = []
    spec.config.lang_ids = _language_tokens(model, tokens)
    spec.config.alignment_heads = [[int(layer), int(head)] for layer, head in model.alignment_heads.indices().T]
    spec.validate()
    spec.optimize(quantization="float16")
    spec.save(str(folder))
    (folder / "preprocessor_config.json").write_text(json.dumps({"feature_size": dims.n_mels}))


def _load(weights: Path) -> Any:
    import whisper

    # By name, Whisper also knows which attention heads align words with time.
    if weights.stem in whisper.available_models():
        return whisper.load_model(weights.stem, device="cpu", download_root=str(weights.parent))
    return whisper.load_model(str(weights), device="cpu")


def _fill_encoder(spec: Any, arrays: Arrays) -> None:
    for name in ("conv1", "conv2"):
        conv = getattr(spec, name)
        conv.weight, conv.bias = arrays[f"encoder.{name}.weight"], arrays[f"encoder.{name}.bias"]
    spec.position_encodings.encodings = arrays["encoder.positional_embedding"]
    _fill_norm(spec.layer_norm, arrays, "encoder.ln_post")
    for number, layer in enumerate(spec.layer):
        _fill_block(layer, arrays, f"encoder.blocks.{number}")


def _fill_decoder(spec: Any, arrays: Arrays) -> None:
    spec.embeddings.weight = spec.projection.weight = arrays["decoder.token_embedding.weight"]
    spec.position_encodings.encodings = arrays["decoder.positional_embedding"]
    _fill_norm(spec.layer_norm, arrays, "decoder.ln")
    for number, layer in enumerate(spec.layer):
        block = f"decoder.blocks.{number}"
        _fill_block(layer, arrays, block)
        cross = layer.attention
        _fill_norm(cross.layer_norm, arrays, f"{block}.cross_attn_ln")
        for linear, parts in zip(cross.linear, (("query",), ("key", "value"), ("out",)), strict=True):
            _fill_linear(linear, arrays, *(f"{block}.cross_attn.{part}" for part in parts))


def _fill_block(spec: Any, arrays: Arrays, block: str) -> None:
    """Self-attention and feed-forward layers."""
    attention = spec.self_attention
    _fill_norm(attention.layer_norm, arrays, f"{block}.attn_ln")
    for linear, parts in zip(attention.linear, (("query", "key", "value"), ("out",)), strict=True):
        _fill_linear(linear, arrays, *(f"{block}.attn.{part}" for part in parts))
    _fill_norm(spec.ffn.layer_norm, arrays, f"{block}.mlp_ln")
    _fill_linear(spec.ffn.linear_0, arrays, f"{block}.mlp.0")
    _fill_linear(spec.ffn.linear_1, arrays, f"{block}.mlp.2")


def _fill_norm(spec: Any, arrays: Arrays, name: str) -> None:
    spec.gamma, spec.beta = arrays[f"{name}.weight"], arrays[f"{name}.bias"]


def _fill_linear(spec: Any, arrays: Arrays, *names: str) -> None:
    """A linear layer that computes those of these names at once. Whisper's keys have no bias."""
    weights = [arrays[f"{name}.weight"] for name in names]
    no_bias = np.zeros(len(weights[0]), np.float16)
    spec.weight = np.concatenate(weights)
    spec.bias = np.concatenate([arrays.get(f"{name}.bias", no_bias) for name in names])


def _write_tokenizer(model: Any, path: Path) -> list[str]:
    """Writes Whisper's tokenizer in the format of ``tokenizers``. Returns all tokens in the order of their numbers."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from whisper.tokenizer import get_encoding

    encoding = get_encoding(MULTILINGUAL if model.is_multilingual else ENGLISH, model.num_languages)
    letters = _byte_letters()
    ranks = {token: encoding.encode_single_token(token) for token in encoding.token_byte_values()}
    ordered = sorted(ranks, key=ranks.__getitem__)
    written = {token: "".join(letters[byte] for byte in token) for token in ordered}
    merges = [(written[a], written[b]) for token in ordered if len(token) > 1 for a, b in [_parts(token, ranks)]]
    special = sorted(encoding.special_tokens_set, key=encoding.encode_single_token)
    found = Tokenizer(models.BPE(vocab={written[token]: ranks[token] for token in ordered}, merges=merges))
    found.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    found.decoder = decoders.ByteLevel()
    found.add_special_tokens([AddedToken(one, special=True, normalized=False) for one in special])
    found.save(str(path))
    return [*written.values(), *special]


def _parts(token: bytes, ranks: Mapping[bytes, int]) -> tuple[bytes, bytes]:
    """The two tokens that are joined to ``token``. Byte pair encoding first joins the pair of the lowest rank."""
    parts = [token[n : n + 1] for n in range(len(token))]
    while len(parts) > 2:
        pairs = [ranks.get(a + b, len(ranks)) for a, b in pairwise(parts)]
        place = pairs.index(min(pairs))
        parts[place : place + 2] = [parts[place] + parts[place + 1]]
    return parts[0], parts[1]


def _byte_letters() -> list[str]:
    """The letter for each byte in vocabularies, as GPT-2 defined it: itself where it is visible."""
    visible = {*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    hidden = [byte for byte in range(256) if byte not in visible]
    return [chr(byte) if byte in visible else chr(256 + hidden.index(byte)) for byte in range(256)]


def _language_tokens(model: Any, tokens: list[str]) -> list[int]:
    from whisper.tokenizer import LANGUAGES

    names = list(LANGUAGES)[: model.num_languages] if model.is_multilingual else []
    return [tokens.index(f"<|{name}|>") for name in names]
