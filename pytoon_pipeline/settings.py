"""Every environment variable that Pytoon reads, validated. No other module reads the environment.

Values are read when ``load`` is called and not held: an edge (command line, definitions, server, resource) loads them
once and passes them on.
"""

import os
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from typing_extensions import Self

from pytoon_pipeline.contracts.analysis import TranscriberEngine
from pytoon_pipeline.contracts.errors import InvalidInput
from pytoon_pipeline.contracts.suggestions import one_hint

TranscriberChoice = Literal["auto"] | TranscriberEngine
Autostart = Literal["none", "safe", "all"]
DeviceChoice = Literal["auto", "cpu"]
ModelTask = Literal["correction", "highlights", "post", "translation"]
MODEL_TASKS: tuple[ModelTask, ...] = get_args(ModelTask)

MAX_SHOWN = 40
HOME = ".pytoon"


def _absolute(path: Path) -> Path:
    try:
        return path.expanduser().resolve()
    except RuntimeError as error:
        raise ValueError("the path contains an unknown user") from error


def set_or_unset(variable: str, example: object) -> str:
    """A hint: how to give an environment variable a valid value, or none."""
    value = str(example)
    # A shell expands “~” only without quotes.
    written = value if value.startswith("~") else shlex.quote(value)
    return one_hint(f"For example, type: export {variable}={written}", f"For the default, type: unset {variable}")


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError("the time zone is unknown") from error
    return name


def _web_url(url: str) -> str:
    parts = urlsplit(url)
    # Raises ValueError for a port that is no number.
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError("this is not an http or https URL")
    return url.rstrip("/")


def _secret_url(url: SecretStr) -> SecretStr:
    _web_url(url.get_secret_value())
    return url


def _bare_url(url: SecretStr) -> SecretStr:
    """A URL that other text may follow, and that has no secret in it."""
    _web_url(url.get_secret_value())
    parts = urlsplit(url.get_secret_value())
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise ValueError("this URL has more than a host and a path")
    return url


def _token(secret: SecretStr) -> SecretStr:
    """A secret that a line of an HTTP header can hold."""
    if not (value := secret.get_secret_value()).isascii() or not value.isprintable() or " " in value:
        raise ValueError("the key has spaces or other characters that no key has")
    return secret


def _database(scheme: str) -> AfterValidator:
    """A URL with this scheme that names a database."""

    def check(url: SecretStr) -> SecretStr:
        parts = urlsplit(url.get_secret_value())
        if parts.scheme != scheme or len(parts.path) < 2 or parts.port == 0:
            raise ValueError("this is not the URL of a PostgreSQL database")
        return url

    return AfterValidator(check)


def _redis(url: SecretStr) -> SecretStr:
    parts = urlsplit(url.get_secret_value())
    if parts.scheme not in ("redis", "rediss") or not parts.hostname or parts.port == 0:
        raise ValueError("this is not the URL of a Redis server")
    return url


def _bucket(url: str) -> str:
    # The names that AWS and all compatible servers accept.
    if not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w!.*'()-]+)*/?", url):
        raise ValueError("this is not the address of a bucket")
    return url


def _listed(names: Any) -> Any:
    return tuple(filter(None, re.split(r"[\s,]+", names.lower()))) if isinstance(names, str) else names


def _command_line(command: str) -> str:
    if not shlex.split(command):
        raise ValueError("the command is empty")
    return command


def find_home() -> Path:
    """The nearest folder ``.pytoon`` in the working directory and its parents, else the one in the user's folder.

    Folders of other users do not count: a home decides which code Dagster loads.
    """
    try:
        here = Path.cwd()
        places = [place / HOME for place in (here, *here.parents)]
        own = (place for place in places if place.is_dir() and place.stat().st_uid == os.getuid())
        return next(own, Path("~") / HOME)
    except OSError:
        # The working directory was removed, or its parents cannot be read.
        return Path("~") / HOME


Folder = Annotated[Path, AfterValidator(_absolute)]
Count = Annotated[int, Field(ge=0)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
WebUrl = Annotated[str, AfterValidator(_web_url)]
Zone = Annotated[str, AfterValidator(_known_zone)]
Lowercase = BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value)


class _Environment(BaseModel):
    """Values of environment variables. An empty variable counts as not set. A description says what is valid.

    ``pydantic-settings`` does the same, but its import and each of its reads take longer than ``pytoon status`` may.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, hide_input_in_errors=True)

    # The variable of a field is this and the field's name in capitals, or the field's alias.
    prefix: ClassVar[str] = ""

    @classmethod
    def load(cls) -> Self:
        """The environment at this moment. Raises ``InvalidInput`` for the first invalid variable."""
        found = {field: os.environ.get(variable) for field, variable in cls.variables().items()}
        try:
            return cls.model_validate({field: value for field, value in found.items() if value})
        except ValidationError as error:
            raise cls._invalid(str(error.errors()[0]["loc"][0])) from None

    @classmethod
    def variables(cls) -> dict[str, str]:
        """The name of the variable of each field."""
        return {name: one.alias or f"{cls.prefix}{name.upper()}" for name, one in cls.model_fields.items()}

    @classmethod
    def _invalid(cls, name: str) -> InvalidInput:
        """The error for the field that is called ``name`` or has that alias."""
        variable = cls.variables().get(name, name)
        field = next(one for own, one in cls.model_fields.items() if name in (own, one.alias))
        secret = "SecretStr" in str(field.annotation)
        value = "not valid" if secret else f"“{os.environ.get(variable, '')[:MAX_SHOWN]}”"
        return InvalidInput(
            "invalid_setting",
            f"The environment variable {variable} is {value}; it must be {field.description}.",
            set_or_unset(variable, field.examples[0] if field.examples else field.default),
        )


class Settings(_Environment):
    """The settings of a process that submits, renders or serves uploads."""

    prefix = "PYTOON_"

    home: Folder = Field(
        default_factory=find_home,
        validate_default=True,
        description="the path of the folder that holds all state",
        examples=["~/pytoon"],
    )
    presets: Path | None = Field(default=None, description="the path of a folder with presets and brands")
    inbox: str | None = Field(default=None, description="the path of a folder, or s3://bucket/prefix")
    catalog: Annotated[SecretStr, _database("postgresql")] | None = Field(
        default=None,
        description="the URL of a PostgreSQL database, for a catalog that homes share",
        examples=["postgresql://USER:PASSWORD@HOST/NAME"],
    )
    dagster_database: Annotated[SecretStr, _database("postgresql+psycopg2")] | None = Field(
        default=None,
        description="the URL of a PostgreSQL database for Dagster's runs and events, with its driver psycopg2",
        examples=["postgresql+psycopg2://USER:PASSWORD@HOST/NAME"],
    )
    celery_broker: Annotated[SecretStr, AfterValidator(_redis)] | None = Field(
        default=None,
        description="the URL of a Redis server, for runs that are tasks of Celery",
        examples=["redis://HOST:6379/0"],
    )
    store: Annotated[str, AfterValidator(_bucket)] | None = Field(
        default=None,
        description="a bucket that homes share, such as s3://BUCKET or s3://BUCKET/PREFIX",
        examples=["s3://BUCKET/PREFIX"],
    )
    store_endpoint: WebUrl | None = Field(
        default=None, description="the URL of an S3-compatible server", examples=["http://127.0.0.1:9000"]
    )
    store_path_style: bool = Field(
        default=False,
        description="true or false: whether URLs name the bucket in their path, which most servers of one's own need",
        examples=["true"],
    )
    store_cache_bytes: Count = Field(
        default=20 << 30, description="how many bytes of files of the bucket this machine keeps, 0 or more"
    )
    runs: int | None = Field(default=None, ge=1, description="the number of simultaneous runs, 1 or more", examples=[2])
    engine_url: str | None = Field(
        default=None, description="the URL of a remote engine, or of several, separated by commas"
    )
    engine_token: SecretStr | None = Field(default=None, description="the token of the remote engine")
    api_token: SecretStr | None = Field(default=None, description="the token of the HTTP API")
    api_database: SecretStr | None = Field(
        default=None,
        description="the URL of the database for the keys of the HTTP API",
        examples=["postgresql+psycopg://USER:PASSWORD@HOST/NAME"],
    )
    api_rate: int = Field(
        default=600, ge=1, description="how often each key may call each route of the HTTP API in a minute, 1 or more"
    )
    moderation_url: WebUrl | None = Field(
        default=None,
        description="the URL that is asked whether the texts of a video may be delivered",
        examples=["http://127.0.0.1:9000/moderate"],
    )
    moderation_token: SecretStr | None = Field(default=None, description="the token of that URL")
    oidc: Folder | None = Field(
        default=None,
        description="a YAML file that names the OpenID Connect provider with which people sign in",
        examples=["~/pytoon-sign-in.yaml"],
    )
    oidc_secret: SecretStr | None = Field(default=None, description="the client secret at that provider")
    device: Annotated[DeviceChoice, Lowercase] = Field(
        default="auto", description="auto, which uses a GPU where there is one, or cpu"
    )
    transcriber: Annotated[TranscriberChoice, Lowercase] = Field(
        default="auto",
        description="the program that writes down speech: auto, endpoint, faster-whisper, whisper or pocketsphinx",
    )
    transcription_url: WebUrl | None = Field(
        default=None,
        description="the URL of an OpenAI-compatible transcription endpoint, up to and with /v1",
        examples=["http://127.0.0.1:8000/v1"],
    )
    transcription_model: str = Field(default="whisper-1", description="the name of a model of that endpoint")
    transcription_key: SecretStr | None = Field(default=None, description="the key of that endpoint")
    whisper_model: str = Field(default="base", description="the name of a Whisper model, or the path of a .pt file")
    llm_url: Annotated[SecretStr, AfterValidator(_bare_url)] | None = Field(
        default=None,
        description="the base URL of an OpenAI-compatible language model, without a user name, a password or “?”",
        examples=["http://127.0.0.1:11434/v1"],
    )
    llm_model: str | None = Field(
        default=None,
        max_length=200,
        pattern=r"^[^\s\x00-\x1f]+$",
        description="the name of the language model at PYTOON_LLM_URL",
        examples=["qwen2.5:7b"],
    )
    llm_key: Annotated[SecretStr, AfterValidator(_token)] | None = Field(
        default=None, description="the API key of the language model, without spaces", examples=["$MY_KEY"]
    )
    llm_seconds: float = Field(
        default=60.0,
        gt=0,
        le=600,
        description="the longest time in seconds for an answer of the language model, to 600",
    )
    llm_tasks: Annotated[tuple[ModelTask, ...], BeforeValidator(_listed)] = Field(
        default=MODEL_TASKS,
        description=f"what the language model is used for: one or more of {', '.join(MODEL_TASKS)}",
        examples=["correction,post"],
    )
    timezone: Zone = Field(default="UTC", description="the name of a time zone for schedules, such as Europe/Berlin")
    autostart: Annotated[Autostart, Lowercase] = Field(
        default="safe",
        description="none, safe or all: the sensors and schedules that run by default. “safe” means those that delete "
        "nothing",
    )
    files_url: WebUrl | None = Field(
        default=None,
        description="the URL under which the outbox is served, such as http://127.0.0.1:8971: the UI then links to "
        "videos",
        examples=["http://127.0.0.1:8971"],
    )
    ui_url: WebUrl | None = Field(
        default=None,
        description="the URL of Dagster's UI, such as http://127.0.0.1:3000: alerts then link to it",
        examples=["http://127.0.0.1:3000"],
    )
    alert_webhook: Annotated[SecretStr, AfterValidator(_secret_url)] | None = Field(
        default=None,
        description="an http or https URL, which receives alerts as JSON",
        examples=["https://example.com/alerts"],
    )
    alert_command: Annotated[str, AfterValidator(_command_line)] | None = Field(
        default=None,
        description="a program and its arguments, which reads alerts as JSON from its standard input",
        examples=["cat"],
    )
    traces: WebUrl | None = Field(
        default=None,
        alias="OTEL_EXPORTER_OTLP_ENDPOINT",
        description="the URL of an OpenTelemetry collector, which receives a trace of each run",
        examples=["http://127.0.0.1:4318"],
    )
    cache_folder: Folder = Field(
        default=Path("~/.cache"), validate_default=True, alias="XDG_CACHE_HOME", description="the path of a folder"
    )
    ffmpeg: str | None = Field(default=None, alias="IMAGEIO_FFMPEG_EXE", description="the path of an ffmpeg program")

    @property
    def home_reason(self) -> str:
        """Why this folder is the home."""
        if "home" in self.model_fields_set:
            return "set by PYTOON_HOME"
        if self.home == _absolute(Path("~") / HOME):
            return "the default: PYTOON_HOME is not set, and no .pytoon folder is nearer"
        return "the nearest .pytoon folder, in the working directory or above it; PYTOON_HOME is not set"

    def paths_for_children(self) -> dict[str, str]:
        """The variables with paths, absolute, for a child process that works in another folder."""
        found = {"PYTOON_HOME": str(self.home), "XDG_CACHE_HOME": str(self.cache_folder)}
        if self.presets is not None:
            found["PYTOON_PRESETS"] = str(_absolute(self.presets))
        if self.inbox is not None and "://" not in self.inbox:
            found["PYTOON_INBOX"] = str(_absolute(Path(self.inbox)))
        files = {"PYTOON_WHISPER_MODEL": self.whisper_model, "IMAGEIO_FFMPEG_EXE": self.ffmpeg}
        return found | {
            name: str(_absolute(Path(file))) for name, file in files.items() if file and Path(file).is_file()
        }

    @property
    def engine_urls(self) -> tuple[str, ...]:
        """The remote engines."""
        return tuple(url for one in (self.engine_url or "").split(",") if (url := one.strip()))

    @property
    def whisper_cache(self) -> Path:
        """Where other programs that use Whisper keep its weights."""
        return self.cache_folder / "whisper"


class TerminalSettings(_Environment):
    """What the environment says about the terminal. Any value of ``CI`` or ``NO_COLOR`` counts."""

    term: str = Field("", alias="TERM", description="the name of a terminal type")
    ci: str = Field("", alias="CI", description="any value, or nothing")
    no_color: str = Field("", alias="NO_COLOR", description="any value, or nothing")
    visual: str = Field("", alias="VISUAL", description="the command of an editor")
    editor: str = Field("", alias="EDITOR", description="the command of an editor")

    @property
    def plain(self) -> bool:
        """Whether only plain lines may be written, without colours and without moving the cursor."""
        return self.term in ("", "dumb") or bool(self.ci) or bool(self.no_color)


class ServerSettings(_Environment):
    """Limits of one engine server. Sizes are in bytes, times in seconds."""

    prefix = "PYTOON_ENGINE_"

    job_bytes: Count = Field(8 << 20, description="the largest job request in bytes")
    file_bytes: Count = Field(4 << 30, description="the largest file in bytes")
    upload_bytes: Count = Field(
        16 << 30, description="the largest total size in bytes of all unfinished files, and of the files of one job"
    )
    partial_seconds: Amount = Field(86400.0, description="the time in seconds for which an unfinished file is kept")
    free_bytes: Count = Field(1 << 30, description="the disk space in bytes that uploads must leave free")
    renders: Count = Field(1, description="the number of jobs that are rendered at the same time")
    waiting: Count = Field(8, description="the number of jobs that may wait in the queue")
    render_seconds: Amount = Field(3600.0, description="the render timeout of one job in seconds")
    video_seconds: Amount | None = Field(
        None,
        description="the longest video in seconds. The default is video_seconds_max in limits.yaml",
        examples=[60],
    )
    connections: Count = Field(64, description="the number of authenticated requests that are handled at the same time")
    unauthenticated: Count = Field(512, description="the number of open connections that have not sent the token")
    header_seconds: Amount = Field(
        10.0, description="the time in seconds for which a connection may stay open without sending the token"
    )
    remembered: Count = Field(64, description="the number of finished jobs that the server remembers")
    remembered_seconds: Amount = Field(
        3600.0, description="the time in seconds for which the server remembers a finished job"
    )
    silence_seconds: Amount = Field(30.0, description="the longest time in seconds that a client may stay silent")
    heartbeat_seconds: Amount = Field(5.0, description="the time between two heartbeats in seconds")
    retry_seconds: Amount = Field(
        2.0, description="the time in seconds after which clients retry when the server is overloaded"
    )


def child_environment(**variables: str) -> dict[str, str]:
    """The environment for a child process: that of this process with ``variables`` replaced."""
    return {**os.environ, **variables}


def replace_environment(variables: Mapping[str, str]) -> None:
    """Gives this process the environment of another one."""
    os.environ.clear()
    os.environ.update(variables)


def export(variables: Mapping[str, Any]) -> None:
    """Sets variables of this process, for libraries that take a value from nowhere else."""
    os.environ.update({name: str(value) for name, value in variables.items()})
