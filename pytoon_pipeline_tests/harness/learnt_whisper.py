"""Whisper checkpoints that need no download: one has learnt a few recordings by heart, another recites a text."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Mel bands, width, heads and layers of a model that is small enough for a test.
SMALL = (80, 64, 2, 1)
# Those of Whisper's model “base”.
BASE = (80, 512, 8, 6)
# Learnt is a text of which no token is less likely than 0.9.
LEARNT_LOSS, MAX_STEPS = 0.1, 400


def learn(path: Path, recordings: Sequence[tuple[NDArray[np.int16], str]], size: tuple[int, int, int, int]) -> Path:
    """Writes a multilingual checkpoint to ``path`` that recognises each recording (16 kHz, up to 30 s) as its text.

    The encoder keeps its random weights; only the decoder learns. Returns ``path``.
    """
    import torch
    import whisper

    # Steps are small: threads would only wait for each other.
    torch.set_num_threads(1)
    model, tokenizer = _random(size)
    mels = size[0]
    # As both recognisers prepare a recording that is shorter than 30 s.
    spectra = [
        whisper.pad_or_trim(whisper.log_mel_spectrogram(samples.astype(np.float32) / 32768, mels), 3000)
        for samples, _ in recordings
    ]
    heard = _heard(model.encoder, torch.stack(spectra))
    lines = [_tokens(tokenizer, text, len(samples) / 16_000) for samples, text in recordings]
    longest = max(map(len, lines))
    told = torch.tensor([line + [tokenizer.eot] * (longest - len(line)) for line in lines])
    known = torch.tensor([[n + 1 < len(line) for n in range(longest - 1)] for line in lines])
    model.decoder.token_embedding.requires_grad_(False)
    learning = [one for one in model.decoder.parameters() if one.requires_grad]
    optimizer = torch.optim.Adam(learning, lr=5e-3)
    for _ in range(MAX_STEPS):
        scores = model.decoder(told[:, :-1], heard)
        losses = torch.nn.functional.cross_entropy(scores[known], told[:, 1:][known], reduction="none")
        if losses.max() < LEARNT_LOSS:
            break
        optimizer.zero_grad()
        losses.mean().backward()
        torch.nn.utils.clip_grad_norm_(learning, 1.0)
        optimizer.step()
    return _saved(model, path)


def recite(path: Path, text: str, size: tuple[int, int, int, int]) -> Path:
    """Writes a checkpoint with random weights to ``path`` that recites ``text``, whatever it hears. Returns ``path``.

    The embedding of each position points to the token that follows there; all layers work as in any checkpoint.
    """
    import torch

    model, tokenizer = _random(size)
    line, decoder = torch.tensor(_tokens(tokenizer, text, 28.0)), model.decoder
    with torch.no_grad():
        decoder.token_embedding.weight.mul_(0.05)
        directions = decoder.token_embedding.weight[line[1:]]
        decoder.positional_embedding[: len(directions)] = 20 * directions
        decoder.positional_embedding[len(directions) :] = 20 * directions[-1]
    return _saved(model, path)


def _random(size: tuple[int, int, int, int]) -> tuple[Any, Any]:
    """A multilingual model with random weights, and its tokenizer."""
    import torch
    from whisper.model import ModelDimensions, Whisper
    from whisper.tokenizer import get_tokenizer

    mels, width, heads, layers = size
    torch.manual_seed(1)
    model = Whisper(ModelDimensions(mels, 1500, width, heads, layers, 51865, 448, width, heads, layers))
    # The constructor leaves this one to the checkpoint that is loaded.
    torch.nn.init.normal_(model.decoder.positional_embedding, std=0.01)
    return model, get_tokenizer(True, num_languages=99, language="en", task="transcribe")


def _saved(model: Any, path: Path) -> Path:
    import torch

    torch.save({"dims": model.dims.__dict__, "model_state_dict": model.state_dict()}, path)
    return path


def _heard(encoder: Any, spectra: Any) -> Any:
    """What the encoder makes of recordings. Its last layer is set so that they differ: random weights say little."""
    import torch

    with torch.no_grad():
        raw, norm = encoder(spectra), encoder.ln_post
        spread, mean = raw.std((0, 1)), raw.mean((0, 1))
        norm.weight.copy_(norm.weight / spread)
        norm.bias.copy_((norm.bias - mean) / spread)
        return encoder(spectra)


def _tokens(tokenizer: Any, text: str, seconds: float) -> list[int]:
    """What the decoder is to write, with the times at which the text begins and ends."""
    times = [tokenizer.timestamp_begin, tokenizer.timestamp_begin + int(seconds / 0.02)]
    said = tokenizer.encode(f" {text}")
    return [*tokenizer.sot_sequence, times[0], *said, times[1], tokenizer.eot]
