"""Commands about single files: ``qc`` and ``generate``."""

import argparse
from pathlib import Path

from pytoon_pipeline.cli.options import Commands
from pytoon_pipeline.cli.output import add_json_option, print_json


def add_commands(commands: Commands) -> None:
    """Adds the commands of this module to the parser."""
    parser = commands.add_parser("qc", help="check any finished video")
    parser.add_argument("file", type=Path, metavar="FILE")
    add_json_option(parser)
    parser.set_defaults(run=_qc)

    parser = commands.add_parser("generate", help="generate a background picture from a prompt and a seed")
    parser.add_argument("prompt", metavar="PROMPT")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="a PNG file")
    parser.add_argument("--seed", type=int, default=0, metavar="N")
    parser.add_argument("--generator", default="backdrop", metavar="NAME")
    add_json_option(parser)
    parser.set_defaults(run=_generate, example="pytoon generate 'a calm blue sea' --out picture.png")


def _qc(options: argparse.Namespace) -> int:
    from pytoon_pipeline.service.check import check

    report = check(options.file)
    if options.json:
        print_json(report)
    else:
        print(f"{report.verdict}, score {report.score:g}, {report.seconds:.1f} s")
        for finding in report.findings:
            print(f"  {finding.severity:6}  {finding.code:12}  {finding.message}")
    return 1 if report.verdict == "fail" else 0


def _generate(options: argparse.Namespace) -> int:
    from pytoon_pipeline.service.generation import generate

    result = generate(options.generator, options.prompt, options.seed, options.out)
    if options.json:
        print_json(result)
    else:
        print(result.file)
    return 0
