"""The command line. Results go to standard output, progress and errors to standard error."""

import argparse
import getpass
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from pytoon_pipeline.catalog.items import Registry
from pytoon_pipeline.catalog.uploads import Uploads
from pytoon_pipeline.contracts.errors import UNWRITABLE, PytoonError, TransientError, storage_unwritable
from pytoon_pipeline.contracts.manifest import Difference
from pytoon_pipeline.contracts.media import SourceMedia
from pytoon_pipeline.contracts.spec.render_spec import Note
from pytoon_pipeline.runtime.home import Home
from pytoon_pipeline.runtime.locks import abandoned_locks
from pytoon_pipeline.service.answers import (
    copy_results,
    held_error,
    inbox_rows,
    notes,
    report,
    result,
    status_of,
    submitted,
)
from pytoon_pipeline.store.store import Store

# As a shell counts a command that SIGPIPE has ended.
READER_GONE = 128 + signal.SIGPIPE


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command. Gives the exit code: 0 for a finished video, 1 for an error, 2 for wrong usage."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except PytoonError as error:
        if getattr(options, "json", False):
            _print(result(None, {}, error) if options.run is _render else {"error": error.as_dict()})
        _complain(error)
        return 1
    except BrokenPipeError:
        # Whoever read the output has closed it; see script().
        raise
    except OSError as error:
        failed = storage_unwritable(error) if error.errno in UNWRITABLE else TransientError(
            "system", f"The system refuses: {error}.", "Check paths and permissions, PYTOON_HOME and PYTOON_INBOX."
        )  # fmt: skip
        if getattr(options, "json", False):
            _print(result(None, {}, failed) if options.run is _render else {"error": failed.as_dict()})
        _complain(failed)
        return 1
    except KeyboardInterrupt:
        print("Stopped. What was finished is kept; the same command goes on from there.", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="pytoon", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    render = commands.add_parser(
        "render", help="make a finished video from a video file, or a folder with request.yaml"
    )
    render.add_argument("path", type=Path, metavar="PATH")
    _request_options(render)
    render.add_argument("--out", type=Path, metavar="DIR", help="also copy the results there")
    render.add_argument("--json", action="store_true", help="print one JSON object")
    render.set_defaults(run=_render)

    submit = commands.add_parser("submit", help="put uploads into the inbox, from which they are made by themselves")
    submit.add_argument("path", type=Path, nargs="+", metavar="PATH")
    _request_options(submit)
    submit.add_argument("--json", action="store_true", help="print one JSON object")
    submit.set_defaults(run=_submit)

    status = commands.add_parser("status", help="known uploads, or one of them")
    status.add_argument("key", nargs="?", metavar="KEY")
    status.add_argument("--json", action="store_true", help="print one JSON object")
    status.set_defaults(run=_status)

    check = commands.add_parser("qc", help="check any finished video")
    check.add_argument("file", type=Path, metavar="FILE")
    check.add_argument("--json", action="store_true", help="print one JSON object")
    check.set_defaults(run=_qc)

    generate = commands.add_parser("generate", help="make a background picture from words and a seed")
    generate.add_argument("prompt", metavar="PROMPT")
    generate.add_argument("--out", type=Path, required=True, metavar="FILE", help="a PNG file")
    generate.add_argument("--seed", type=int, default=0, metavar="N")
    generate.add_argument("--generator", default="backdrop", metavar="NAME")
    generate.set_defaults(run=_generate)

    regen = commands.add_parser("regen", help="make a generated item of an upload again, with another seed")
    regen.add_argument("key", metavar="KEY")
    regen.add_argument("item", metavar="ITEM", help="its id, as “pytoon status KEY” and the manifest show it")
    regen.add_argument("--reason", required=True, metavar="TEXT")
    regen.add_argument("--json", action="store_true", help="print one JSON object")
    regen.set_defaults(run=_regen)

    release = commands.add_parser("release", help="deliver a video that is held because it can harm viewers")
    release.add_argument("key", metavar="KEY")
    release.add_argument("--reason", default="", metavar="TEXT", help="kept in the manifest, with time and user")
    release.add_argument("--json", action="store_true", help="print one JSON object")
    release.set_defaults(run=_release)

    remake = commands.add_parser("remake", help="make a finished video again from its manifest, and compare")
    remake.add_argument("manifest", type=Path, metavar="MANIFEST")
    remake.add_argument("--media", type=Path, metavar="DIR", help="where files lie that PYTOON_HOME does not have")
    remake.add_argument("--out", type=Path, metavar="DIR", help="where the video goes; else a folder of PYTOON_HOME")
    remake.add_argument("--json", action="store_true", help="print one JSON object")
    remake.set_defaults(run=_remake)

    setup = commands.add_parser("setup", help="make PYTOON_HOME ready: Dagster's settings and limits for this machine")
    setup.set_defaults(run=_setup)

    engine = commands.add_parser("engine", help="render for other machines").add_subparsers(
        required=True, metavar="COMMAND"
    )
    serve = engine.add_parser("serve", help="serve the renderer over HTTP; PYTOON_ENGINE_TOKEN is its password")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8970)
    serve.set_defaults(run=_serve)

    doctor = commands.add_parser("doctor", help="what is installed: models, fonts, encoders, devices")
    doctor.add_argument("--json", action="store_true", help="print one JSON object")
    doctor.set_defaults(run=_doctor)
    return parser


def _request_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--preset", metavar="NAME", help="a file of presets/, without .yaml")
    parser.add_argument("--request", type=Path, metavar="FILE", help="a request.yaml that lies elsewhere")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="one field of the request, e.g. max_seconds=30"
    )


def _render(options: argparse.Namespace) -> int:
    began = time.perf_counter()
    home = Home.locate()
    upload = _admit(home, options.path, options)
    from pytoon_pipeline.definitions import defs
    from pytoon_pipeline.defs.jobs import COMPILE
    from pytoon_pipeline.defs.reconcile import fail_lost
    from pytoon_pipeline.defs.running import compile_until_settled, instance

    _show_progress()
    with instance(home, _note) as opened:
        _say_lost(fail_lost(opened, home))
        outcome = compile_until_settled(defs().resolve_job_def(COMPILE), opened, home, upload.key)
    error = outcome.error or held_error(Uploads(home), upload.key)
    answer = result(outcome.key, outcome.assets, error)
    if "qc_score" in outcome.assets:
        answer["qc"], answer["notes"] = report(home, outcome.key), notes(home, outcome.key)
    answer["attempts"] = max(1, len(Uploads(home).attempts(upload.key)))
    if options.out and answer["video"]:
        copy_results(answer, options.out)
    answer["wall_seconds"] = round(time.perf_counter() - began, 2)
    if options.json:
        _print(answer)
    elif answer["video"]:
        print(answer["video"])
    for note in answer["notes"]:
        _note(Note.model_validate(note))
    if error:
        _complain(error)
    return 1 if error else 0


def _submit(options: argparse.Namespace) -> int:
    from pytoon_pipeline.intake.inbox import open_inbox
    from pytoon_pipeline.intake.submit import submit
    from pytoon_pipeline.intake.uploads import read_upload

    inbox = open_inbox(Home.locate())
    uploads = [read_upload(path, options.request, options.preset, options.set) for path in options.path]
    submitted = [submit(inbox, path, upload) for path, upload in zip(options.path, uploads, strict=True)]
    if options.json:
        _print({"keys": [one.key for one in submitted], "inbox": [one.name for one in submitted]})
    else:
        print("\n".join(one.key for one in submitted))
    return 0


def _status(options: argparse.Namespace) -> int:
    home = Home.locate()
    uploads = Uploads(home)
    keys = [options.key] if options.key else uploads.keys()
    rows = [(None if uploads.find(key) else submitted(home, key)) or status_of(home, uploads.get(key)) for key in keys]
    waiting = [] if options.key else inbox_rows(home)
    if lost := abandoned_locks(home.runs):
        # Reading the status changes nothing.
        said = (
            f"Runs whose process has died: {lost}. The daemon, “pytoon render” or “pytoon setup” marks them as failed."
        )
        _note(Note(code="lost_runs", message=said))
    if options.json:
        _print(rows[0] if options.key else {"uploads": rows, "inbox": waiting})
        return 0
    for row in rows:
        print(f"{row['key']}  {row['status']:9}  {row['title']}")
        if path := row["video"] or row["held"]:
            print(f"    {path}")
        for reason in row["degraded"]["reasons"] if row["degraded"] else ():
            print(f"    degraded: {reason['message']} [{reason['code']}]")
        if row["error"]:
            print(f"    {row['error']['message']} {row['error']['hint']}")
    for row in waiting:
        print(f"inbox: {row['status']:9}  {row['name']}")
        if row["waiting_for"]:
            print(f"    {row['waiting_for']}")
        if row["error"]:
            print(f"    {row['error']['message']} {row['error']['hint']}")
    return 0


def _qc(options: argparse.Namespace) -> int:
    from pytoon_pipeline.config.presets import limit_sources, load_limits
    from pytoon_pipeline.quality.verdict import check_video
    from pytoon_pipeline.runtime.files import check_file

    check_file(options.file)
    report = check_video(options.file.resolve(), load_limits(), limit_sources())
    if options.json:
        _print(report.model_dump(mode="json"))
    else:
        print(f"{report.verdict}, score {report.score:g}, {report.seconds:.1f} s")
        for finding in report.findings:
            print(f"  {finding.severity:6}  {finding.code:12}  {finding.message}")
    return 1 if report.verdict == "fail" else 0


def _generate(options: argparse.Namespace) -> int:
    from pytoon_pipeline.media.generators import generate, generation_request

    generate(generation_request(options.generator, options.prompt, options.seed), options.out)
    print(options.out)
    return 0


def _regen(options: argparse.Namespace) -> int:
    from pytoon_pipeline.operations.regeneration import regenerate

    home = Home.locate()
    store, uploads, registry = Store(home.store, home.work), Uploads(home), Registry(home)
    record = regenerate(store, uploads, registry, options.key, options.item, options.reason)
    if options.json:
        _print(record.model_dump(mode="json"))
    else:
        print(record.id)
    return 0


def _release(options: argparse.Namespace) -> int:
    from pytoon_pipeline.delivery.release import release
    from pytoon_pipeline.runtime.logs import write_to

    home = Home.locate()
    write_to(home.logs)
    record = release(home, options.key, _user(), options.reason)
    if options.json:
        _print(status_of(home, Uploads(home).get(options.key)))
    else:
        print(home.root / record.video)
    return 0


def _user() -> str:
    """Who types; the number of a user that has no name, as in containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _remake(options: argparse.Namespace) -> int:
    from pytoon_pipeline.operations.remake.remake import described, failure, remake

    def tell(differences: Sequence[Difference]) -> None:
        for one in differences:
            print(f"not as it was: {described(one)}", file=sys.stderr)

    remade = remake(Home.locate(), options.manifest, options.media, options.out, tell, _show_segments)
    error = failure(remade)
    if options.json:
        _print({**remade.model_dump(mode="json"), "error": error.as_dict() if error else None})
    else:
        print(remade.video)
    if error:
        _complain(error)
    elif not options.json:
        print("Pictures and sound are equal to those of the first video.", file=sys.stderr)
    return 1 if error else 0


def _show_segments(ready: int, total: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\rrendering {ready} of {total} ")
        sys.stderr.flush()


def _setup(options: argparse.Namespace) -> int:
    from pytoon_pipeline.defs.reconcile import fail_lost
    from pytoon_pipeline.defs.running import instance

    home = Home.locate()
    with instance(home, _note) as opened:
        _say_lost(fail_lost(opened, home))
        print(home.dagster)
    return 0


def _serve(options: argparse.Namespace) -> int:
    from pytoon_pipeline.engines.server.serve import serve
    from pytoon_pipeline.runtime.logs import write_to

    home = Home.locate()
    write_to(home.logs)
    serve(home, options.host, options.port)
    return 0


def _doctor(options: argparse.Namespace) -> int:
    from pytoon_pipeline.cli.doctor import examine

    facts = examine(Home.locate())
    if options.json:
        _print(facts)
    else:
        for name, fact in facts.items():
            print(f"{name:12}  {fact if isinstance(fact, str) else json.dumps(fact, ensure_ascii=False)}")
    return 0 if facts["ok"] else 1


def _admit(home: Home, path: Path, options: argparse.Namespace) -> SourceMedia:
    """Reads an upload, takes it into the store and registers it and where its items come from."""
    from pytoon_pipeline.intake.ingest import ingest
    from pytoon_pipeline.intake.uploads import read_upload

    upload = read_upload(path, options.request, options.preset, options.set)
    return ingest(home, Store(home.store, home.work), upload, pending=False)[0]


class _Progress(logging.Handler):
    """Writes a line a stage; on a terminal, also how many segments are ready. Work goes on when nobody reads them."""

    def emit(self, record: logging.LogRecord) -> None:
        status = getattr(record, "status", None)
        with suppress(BrokenPipeError):
            if status is not None:
                sys.stderr.write(f"\r{record.getMessage():18} {status:9} {record.seconds:7.2f} s\n")  # type: ignore[attr-defined]
            elif sys.stderr.isatty():
                sys.stderr.write(f"\rrendering {record.getMessage()} ")
            sys.stderr.flush()


def _show_progress() -> None:
    logging.getLogger("pytoon.progress").addHandler(_Progress())


def _note(note: Note) -> None:
    print(f"note: {note.message} [{note.code}]", file=sys.stderr)


def _say_lost(runs: int) -> None:
    if runs:
        _note(Note(code="lost_runs", message=f"Runs whose process had died, now marked as failed: {runs}."))


def _complain(error: PytoonError) -> None:
    print(f"error: {error.message} [{error.code}]\n  {error.hint}", file=sys.stderr)


def _print(value: dict[str, Any]) -> None:
    print(json.dumps(value, ensure_ascii=False))


def script() -> None:
    """The installed command. Ends the process at once: tearing down a thousand modules takes half a second.

    When nobody reads its output any more (``pytoon status | head``), it ends as quietly as other commands do.
    """
    try:
        try:
            code = main()
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        for stream in (sys.stdout, sys.stderr):
            # None where the shell has closed it (>&-).
            if stream is not None:
                stream.flush()
    except BrokenPipeError:
        code = READER_GONE
    os._exit(code)


if __name__ == "__main__":
    script()
