"""Commands about single files: ``qc`` and ``generate``."""

import argparse
from pathlib import Path

from pytoon_pipeline.cli.options import Commands
from pytoon_pipeline.cli.output import add_json_option, print_json
from pytoon_pipeline.contracts.errors import InvalidInput


def add_commands(commands: Commands) -> None:
    """Adds the commands of this module to the parser."""
    parser = commands.add_parser("qc", help="check any finished video")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--platform", metavar="NAME", help="check it against the limits of a platform, such as tiktok")
    parser.add_argument("--fix", type=Path, metavar="OUT", help="write a copy with all that needs no new picture")
    parser.add_argument("--post", type=Path, metavar="FILE", help="check the texts in this post.json, too")
    parser.add_argument("--language", metavar="CODE", help="with --fix: the language of the audio, such as eng")
    add_json_option(parser)
    parser.set_defaults(run=_qc, example="pytoon qc video.mp4 --platform tiktok --fix corrected.mp4")

    parser = commands.add_parser("generate", help="generate a background picture from a prompt and a seed")
    parser.add_argument("prompt", metavar="PROMPT")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="a PNG file")
    parser.add_argument("--seed", type=int, default=0, metavar="N")
    parser.add_argument("--generator", default="backdrop", metavar="NAME")
    add_json_option(parser)
    parser.set_defaults(run=_generate, example="pytoon generate 'a calm blue sea' --out picture.png")


def _qc(options: argparse.Namespace) -> int:
    from pytoon_pipeline.service.check import check

    if options.platform is not None:
        return _conformance(options)
    if options.fix is not None or options.language is not None or options.post is not None:
        needs = "--fix" if options.post is None else "--post"
        raise InvalidInput("platform_missing", f"{needs} needs a platform.", "Add, for example: --platform tiktok")
    report = check(options.file)
    if options.json:
        print_json(report)
    else:
        print(f"{report.verdict}, score {report.score:g}, {report.seconds:.1f} s")
        for finding in report.findings:
            print(f"  {finding.severity:6}  {finding.code:12}  {finding.message}")
    return 1 if report.verdict == "fail" else 0


def _conformance(options: argparse.Namespace) -> int:
    from pytoon_pipeline.service.conformance import check_platform

    result = check_platform(options.file, options.platform, options.fix, options.language, options.post)
    if options.json:
        print_json(result)
    else:
        print(f"{result.file}: {'conforms to' if result.conforms else 'does not conform to'} {result.platform}")
        for code in result.corrected:
            print(f"  corrected  {code}")
        for one in result.violations:
            print(f"  {one.severity:6}  {one.code:16}  {one.message} ({one.source})")
    return 0 if result.conforms else 1


def _generate(options: argparse.Namespace) -> int:
    from pytoon_pipeline.service.generation import generate

    result = generate(options.generator, options.prompt, options.seed, options.out)
    if options.json:
        print_json(result)
    else:
        print(result.file)
    return 0
