"""What a file is, judged by its first bytes; and the errors for files that are not media."""

from dataclasses import dataclass
from mimetypes import guess_type
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pytoon_pipeline.contracts.errors import InvalidInput, after_colon
from pytoon_pipeline.media.foreign_files import contains, head_of, kind_of
from pytoon_pipeline.runtime.files import printable_name

# The process of a preflight imports this module, for each file: records and fonts would take four times as long.
if TYPE_CHECKING:
    from pytoon_pipeline.contracts.media import Role

THIS = "This file"
# Pictures that can be read.
SIGNATURES = {b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG"}
# Brands of ISO media files that hold pictures. The first brand says how it is packed, the others what is in it.
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
AVIF_BRANDS = {b"avif", b"avis"}
# iTunes sells films and songs with these brands, which only its own players can decrypt.
PROTECTED_BRANDS = {b"M4P ", b"M4VP"}
Wanted = Literal["a video or a picture", "a video, picture or audio file", "a video", "an audio file", "a picture"]
ANY_MEDIA: Wanted = "a video or a picture"
# Where it is not known whether the file is to be seen or heard.
ANY_FILE: Wanted = "a video, picture or audio file"
# What to do about a file that is none of these.
INSTEAD: dict[Wanted, str] = {
    ANY_MEDIA: "Give a video (MP4, MOV, WebM) or a picture (PNG, JPEG, HEIC, WebP) instead.",
    ANY_FILE: "Give a video (MP4, MOV, WebM), a picture (PNG, JPEG, HEIC, WebP) or an audio file (WAV, MP3, M4A).",
    "a video": "Give a video file, such as MP4.",
    "an audio file": "Give an audio file, such as WAV, MP3 or M4A.",
    "a picture": "Give a picture file: PNG, JPEG or WebP.",
}
# What files with other roles than the media must be.
WANTED: "dict[Role, Wanted]" = {"music": "an audio file", "voice": "an audio file", "logo": "a picture"}
# What a server or a program writes in place of a file that it cannot give. By what their names say they are, files
# are called so.
SUBSTITUTES = ("a text file", "a web page", "a JSON document", "an XML document")
NAMED_LIKE = {"video": "a video", "image": "a picture", "audio": "an audio file"}
# Parts of what files of other programs are called: what to do is to export them, as a picture or also as a video.
PICTURES = ("Photoshop", "Illustrator", "image", "Sketch", "drawing")
EXPORTED = ("project", *PICTURES)
# How a text becomes a video.
SHOW_TEXT = (
    'To show {}, make a file request.yaml with this one line: text: "Your text" — '
    "Then type: pytoon {{command}} request.yaml"
)
# What to do about a file of a kind, by the first part of what it is called that is found here; ``Context`` fills it in.
REMEDIES = {
    "encrypted": "Unpack it with its password, and give the folder or the files in it.",
    "archive": "Unpack it, and give the folder or the files in it.",
    "project": "Export a video as MP4, or a picture as PNG or JPEG, from the program that made it.",
    **dict.fromkeys(PICTURES, "Export it as PNG or JPEG from the program that made it, and use that file instead."),
    "password": "Open it with its password, export its pages as PNG or JPEG, and use those files instead.",
    "presentation": "Export its slides as PNG or JPEG, and use those files instead.",
    "PDF": "Export its pages as PNG or JPEG, and use those files instead.",
    **dict.fromkeys(
        ("Word", "Pages", "Office", "OpenDocument", "RTF"),
        f"Save the pictures in it as JPEG or PNG, and use those files instead. {SHOW_TEXT.format('its text')}",
    ),
    **dict.fromkeys(
        ("web page", "workbook", "spreadsheet"),
        "Save what you want to show as a PNG or JPEG picture, and use that file instead.",
    ),
    "subtitles": "Put it beside its clip, with the same name and the extension .srt or .vtt, and give the clip.",
    "playlist": "A playlist only names other files. Give a video or a picture instead. To add one of its songs as the "
    "music, add to the command: --music FILE",
    "text file": SHOW_TEXT.format("a text"),
    "font": "To use it in a video, {use_font} — Then give photos or clips, for example: "
    "pytoon {command} photo.jpg --set brand=mine",
}


@dataclass(frozen=True)
class Context:
    """What a hint about a file names: the command that it was given to, and the folder of the brands."""

    command: str = "render"
    brands: str = "presets/brands"


LIVE_IDENTIFIER = b"com.apple.quicktime.content.identifier"
UNREADABLE_PICTURES = {
    b"II*\x00": "TIFF", b"MM\x00*": "TIFF", b"BM": "BMP", b"\x00\x00\x01\x00": "icon",
    b"\x00\x00\x00\x0cJXL ": "JPEG XL", b"\xff\x0a": "JPEG XL", b"\x00\x00\x00\x0cjP  ": "JPEG 2000",
    b"FUJIFILMCCD-RAW": "RAW", b"IIRO": "RAW", b"IIU\x00": "RAW",
}  # fmt: skip


def picture_form(path: Path) -> str | None:
    """PNG, JPEG, WEBP, HEIC or AVIF, by the first bytes; none for anything else."""
    head = head_of(path)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if brands := _brands(head):
        if brands[0] in AVIF_BRANDS or (brands[0] in HEIC_BRANDS and AVIF_BRANDS.intersection(brands)):
            return "AVIF"
        return "HEIC" if brands[0] in HEIC_BRANDS else None
    return next((name for mark, name in SIGNATURES.items() if head.startswith(mark)), None)


def is_picture(path: Path) -> bool:
    """Whether a file is a picture that can be read. One that does not exist counts by its name."""
    if path.is_file():
        return picture_form(path) is not None
    return path.suffix.lower() in (".png", ".jpg", ".jpeg", ".webp", ".heic", ".heif", ".avif")


def is_live_part(path: Path) -> bool:
    """Whether a clip belongs to a Live Photo: it has the identifier that joins it to its photo."""
    return contains(path, {LIVE_IDENTIFIER: "live"}) is not None


def other_kind(
    path: Path, named: str = "", wanted: Wanted = ANY_FILE, context: Context = Context()
) -> InvalidInput | None:
    """The error for a file that is obviously not media: a document, an archive, a picture in an unreadable format.

    ``named`` is what people call the file: in the store it has another name. ``wanted`` is what it should be.
    """
    head, name = head_of(path), f"“{printable_name(named)[:80]}”" if named else THIS
    if (brands := _brands(head)) and PROTECTED_BRANDS.intersection(brands[:1]):
        return encrypted(name)
    if form := next((form for mark, form in UNREADABLE_PICTURES.items() if head.startswith(mark)), None):
        return InvalidInput(
            "picture_format", f"{name} is a {form} picture, which Pytoon does not read.",
            "Save or export it as JPEG, PNG or WebP.",
        )  # fmt: skip
    kind = kind_of(path) if head else None
    return _foreign(name, kind, named, wanted, context) if kind is not None else None


def not_media(path: Path) -> InvalidInput:
    """The error for a file that is not media; it says what the file is where that is known."""
    if error := other_kind(path):
        return error
    head = head_of(path)
    if form := picture_form(path):
        return InvalidInput("not_media", f"{THIS} is a {form} picture, not a video.", INSTEAD["a video"])
    if head[4:8] in (b"ftyp", b"mdat", b"wide", b"free"):
        return InvalidInput(
            "not_media",
            f"{THIS} is incomplete or damaged: it is an MP4 or MOV whose end is missing.",
            "Copy or export it again. If the recording itself stopped early, use another clip.",
        )
    return InvalidInput(
        "not_media",
        f"{THIS} cannot be read as a video: it is not a video, or it is incomplete or damaged.",
        "Copy it again, or export it again as MP4 from the program that made it. If it plays in a video player, "
        "convert it to MP4 there.",
    )


def named_error(error: InvalidInput, name: str) -> InvalidInput:
    """An error about a file whose message names the file."""
    quoted = f"“{printable_name(name)[:80]}”"
    if error.message.startswith(THIS):
        error.message = quoted + error.message.removeprefix(THIS)
    elif quoted not in error.message:
        error.message = f"{quoted}: {after_colon(error.message)}"
    return error


def encrypted(name: str = THIS) -> InvalidInput:
    return InvalidInput(
        "encrypted", f"{name} is copy-protected (DRM), so Pytoon cannot read it.",
        "Use a copy without protection: an MP4 of a video, or an MP3 of music, which you add to photos or clips with "
        "--music.",
    )  # fmt: skip


def _brands(head: bytes) -> list[bytes]:
    """The brands of an ISO media file, the main one first; empty for other files."""
    if head[4:8] != b"ftyp":
        return []
    end = min(int.from_bytes(head[:4], "big"), len(head))
    return [head[8:12], *(head[at : at + 4] for at in range(16, end - 3, 4))]


def _foreign(name: str, kind: str, named: str, wanted: Wanted, context: Context) -> InvalidInput:
    like = NAMED_LIKE.get((guess_type(named)[0] or "").partition("/")[0])
    if like is not None and kind in SUBSTITUTES:
        message = f"{name} is named like {like}, but it is {kind}."
        return InvalidInput("not_media", message, "The download or the copy may have failed: copy the file again.")
    exported = wanted in (ANY_MEDIA, ANY_FILE) and any(word in kind for word in EXPORTED)
    reason = "which Pytoon does not read" if exported else f"not {wanted}"
    return InvalidInput("not_media", f"{name} is {kind}, {reason}.", _instead(kind, named, wanted, context))


def _instead(kind: str, named: str, wanted: Wanted, context: Context) -> str:
    """What to do about a file of a foreign kind."""
    from pytoon_pipeline.media.fonts import use_file

    remedies = (remedy for part, remedy in REMEDIES.items() if part in kind)
    if wanted not in (ANY_MEDIA, ANY_FILE) or (remedy := next(remedies, None)) is None:
        return INSTEAD[wanted]
    name = printable_name(named) if named.lower().endswith((".ttf", ".otf")) else "mine.ttf"
    return remedy.format(command=context.command, use_font=use_file(name, context.brands))
