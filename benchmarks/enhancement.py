"""How much cleaner noisy speech becomes, and whether clean speech stays as it is.

``python -m benchmarks.enhancement [SPEECH …]``. Each recording is mixed at 10 dB with four kinds of noise: white; pink
with a hum of 50 Hz; babble, which is made of six other voices; and a street, where cars come and go. ``snr_db`` is the
ratio of speech to noise afterwards: the gains that were found for the mixture are applied to both parts of it on their
own. ``pauses_db`` is by how much the noise in the pauses got quieter against the speech. For clean speech, ``stoi``
compares it with the original (Taal and others, 2011; 1 is equal), and ``lufs`` is the loudness of the encoded file.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from pytoon_pipeline.contracts.output_format import SAMPLE_RATE
from pytoon_pipeline.contracts.spec.render_spec import AudioMix
from pytoon_pipeline.media import loudness
from pytoon_pipeline.media.audio import decoded
from pytoon_pipeline.media.encoder import SOUND
from pytoon_pipeline.media.enhancement import (
    OVERLAP,
    SUPPRESSION,
    GainEstimator,
    Profile,
    Strength,
    enhanced,
    power_of,
    resynthesised,
    transform,
)
from pytoon_pipeline.rendering import audio_mix
from pytoon_pipeline_tests.harness.machine import machine
from pytoon_pipeline_tests.harness.noises import NOISES, at_ratio

SNR_DB = 10.0
Samples = NDArray[np.float32]


def padded(samples: Samples) -> Samples:
    edge = np.zeros((OVERLAP, samples.shape[1]), np.float32)
    return np.concatenate([edge, samples, edge])


def snr_after(speech: Samples, noise: Samples, strength: Strength) -> tuple[float, float]:
    """The ratio of speech to noise after enhancement in dB, over all of it, and between speech and its pauses."""
    mixture = speech + noise
    estimator = GainEstimator(Profile.of(mixture), strength)
    gains = estimator.of(power_of(transform(padded(mixture))))
    kept, left = (resynthesised(transform(padded(part)), gains) for part in (speech, noise))
    envelope = np.convolve(kept.mean(axis=1) ** 2, np.ones(4800) / 4800, "same")
    pauses = envelope < np.quantile(envelope, 0.15)
    return ratio_db(kept, left), ratio_db(kept[~pauses], left[pauses])


def ratio_db(speech: Samples, noise: Samples) -> float:
    return float(10 * np.log10(np.mean(speech**2) / max(float(np.mean(noise**2)), 1e-12)))


def clean(speech: Samples, strength: Strength) -> dict[str, float]:
    """What becomes of speech without noise."""
    from pystoi import stoi

    after = enhanced(speech, strength)
    return {"stoi": round(float(stoi(speech[:, 0], after[:, 0], SAMPLE_RATE)), 4), "lufs": encoded(after)}


def encoded(samples: Samples) -> float:
    """The loudness of the file that is made of ``samples``."""
    plan = AudioMix(samples=len(samples), loudness=-14, true_peak=-1)
    with TemporaryDirectory() as name:
        out = Path(name) / "audio.mp4"
        audio_mix.encode([samples], plan, SOUND, out)
        return round(loudness.of_file(out).integrated, 2)


def noisy(speech: Samples, make: Callable[[int, int], Samples], strength: Strength) -> dict[str, float]:
    noise = at_ratio(make(len(speech), 7), speech, SNR_DB)
    before_pauses = snr_without(speech, noise)
    after, pauses = snr_after(speech, noise, strength)
    return {
        "better_db": round(after - SNR_DB, 1),
        "pauses_better_db": round(pauses - before_pauses, 1),
        "lufs": encoded(enhanced(speech + noise, strength)),
    }


def snr_without(speech: Samples, noise: Samples) -> float:
    envelope = np.convolve(speech.mean(axis=1) ** 2, np.ones(4800) / 4800, "same")
    pauses = envelope < np.quantile(envelope, 0.15)
    return ratio_db(speech[~pauses], noise[pauses])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("speech", type=Path, nargs="+")
    found = {}
    for path in parser.parse_args().speech:
        speech = decoded(path)
        for strength in SUPPRESSION:
            kinds = {name: noisy(speech, make, strength) for name, make in NOISES.items()}
            found[f"{path.name}, {strength}"] = {"clean": clean(speech, strength)} | kinds
    print(json.dumps({"recordings": found, "machine": machine()}, indent=2))


if __name__ == "__main__":
    main()
