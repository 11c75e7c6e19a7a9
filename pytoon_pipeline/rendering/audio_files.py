"""The audio of a finished video as a file of its own. Its AAC packets are copied; MP3 is encoded from them."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytoon_pipeline.contracts.request import AudioFormat
from pytoon_pipeline.media.encoder import MP3_BIT_RATE, MP3_ENCODER, check_encoder

if TYPE_CHECKING:
    from av.container import InputContainer, OutputContainer

CONTAINERS: dict[AudioFormat, str] = {"m4a": "ipod", "mp3": "mp3"}


def write_audio(audio: Path, form: AudioFormat, out: Path, title: str, language: str) -> None:
    """Writes ``audio``, an MP4 file with one stream of AAC, as ``out``. ``language`` is a code of ISO 639-2.

    Raises ``DependencyMissing`` where libav cannot encode MP3.
    """
    import av

    options = {"fflags": "+bitexact"} | ({"movflags": "+faststart"} if form == "m4a" else {})
    with av.open(str(audio)) as source, av.open(
        str(out), "w", format=CONTAINERS[form], options=options
    ) as container:  # fmt: skip
        container.metadata.update({"title": title} if title else {})
        stream = source.streams.audio[0]
        if form == "m4a":
            copied = container.add_stream_from_template(stream)
            copied.metadata["language"] = language
            for packet in source.demux(stream):
                if packet.pts is not None:
                    packet.stream = copied
                    container.mux(packet)
            return
        _encode_mp3(source, container)


def _encode_mp3(source: "InputContainer", container: "OutputContainer") -> None:
    check_encoder(MP3_ENCODER)
    stream: Any = container.add_stream(MP3_ENCODER, rate=source.streams.audio[0].rate, layout="stereo")
    stream.bit_rate = MP3_BIT_RATE
    for frame in source.decode(source.streams.audio[0]):
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))
