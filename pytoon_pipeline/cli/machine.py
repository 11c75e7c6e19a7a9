"""Commands about this machine: ``setup``, ``serve``, ``engine serve``, ``metrics`` and ``doctor``."""

import argparse
import textwrap
from typing import TYPE_CHECKING

from pytoon_pipeline.cli.options import Commands, port
from pytoon_pipeline.cli.output import add_json_option, print_json, print_note
from pytoon_pipeline.cli.rendering import open_runner
from pytoon_pipeline.cli.run_records import run_records
from pytoon_pipeline.runtime.home import Home

if TYPE_CHECKING:
    from pytoon_pipeline.contracts.results import DoctorResult


def add_commands(commands: Commands) -> None:
    """Adds the commands of this module to the parser."""
    parser = commands.add_parser("setup", help="prepare PYTOON_HOME: Dagster's settings and limits for this machine")
    add_json_option(parser)
    parser.set_defaults(run=_setup)

    engine = commands.add_parser("engine", help="render for other machines")
    parser = engine.add_subparsers(required=True, metavar="COMMAND").add_parser(
        "serve", help="serve the renderer over HTTP; clients authenticate with PYTOON_ENGINE_TOKEN"
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=port, default=8970)
    parser.set_defaults(run=_serve)

    parser = commands.add_parser("serve", help="serve the HTTP API; “pytoon keys” makes the keys of its callers")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=port, default=8980)
    parser.set_defaults(run=_serve_api)

    parser = commands.add_parser("metrics", help="serve the KPIs as OpenMetrics over HTTP")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=port, default=9465)
    parser.set_defaults(run=_metrics)

    parser = commands.add_parser("doctor", help="show what is installed: models, fonts, encoders, devices")
    add_json_option(parser)
    parser.set_defaults(run=_doctor)


def _setup(options: argparse.Namespace) -> int:
    from pytoon_pipeline.service.setup import setup

    result = setup(Home.locate(), open_runner, print_note)
    if result.lost_runs:
        from pytoon_pipeline.contracts.spec.render_spec import Note

        message = f"Runs whose process has died: {result.lost_runs}. They are now marked as failed."
        print_note(Note(code="lost_runs", message=message))
    if options.json:
        print_json(result)
    else:
        print(result.dagster)
    return 0


def _serve(options: argparse.Namespace) -> int:
    from pytoon_pipeline.engines.server.serve import serve
    from pytoon_pipeline.runtime.logs import write_to

    home = Home.locate()
    write_to(home.logs)
    serve(home, options.host, options.port)
    return 0


def _serve_api(options: argparse.Namespace) -> int:
    from pytoon_pipeline.api.serve import serve_api
    from pytoon_pipeline.runtime.logs import write_to

    home = Home.locate()
    write_to(home.logs)
    serve_api(home, options.host, options.port, run_records)
    return 0


def _metrics(options: argparse.Namespace) -> int:
    from pytoon_pipeline.service.metrics import serve_metrics

    serve_metrics(Home.locate(), options.host, options.port)
    return 0


def _doctor(options: argparse.Namespace) -> int:
    from pytoon_pipeline.defs import dagster_storage, dagster_yaml
    from pytoon_pipeline.runtime.capacity import Capacity
    from pytoon_pipeline.service.doctor import examine

    home = Home.locate()
    settings = f"{dagster_yaml.examine(home, Capacity.of_machine())}; storage: {dagster_storage.described()}"
    result = examine(home, settings)
    if options.json:
        print_json(result)
    else:
        _print_doctor(result)
    return 0 if result.ok else 1


def _print_doctor(result: "DoctorResult") -> None:
    print("Everything that a video needs works." if result.ok else "Something that every video needs is missing.")
    print(f"\nhome          {result.home}\n              {result.home_reason}.")
    print("              To use another folder, set PYTOON_HOME to its path.")
    for name, value in result.model_dump(mode="json", exclude={"ok", "home", "home_reason"}).items():
        print(f"{name.replace('_', ' '):12}  " + "\n              ".join(_lines(name, value)))


def _lines(name: str, value: str | list[str] | dict[str, str]) -> list[str]:
    """A value as lines. What is missing stays on one line: its hint may be a command to copy."""
    if isinstance(value, str):
        return [value]
    if not value:
        return ["none"]
    if isinstance(value, list):
        words = value
    else:
        missing = [f"{key} {found}" for key, found in value.items() if found.startswith("missing")]
        if missing:
            return missing
        # Of a font, the name of its file says nothing more.
        words = list(value) if name in ("fonts", "scripts") else [f"{key} {found}" for key, found in value.items()]
    return textwrap.wrap(", ".join(words), 100, break_long_words=False, break_on_hyphens=False)
