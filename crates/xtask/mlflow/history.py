"""Prints with which release of MLflow each option of its commands came.

Downloads a wheel per minor release and imports each on this environment's
packages, which are the newest release's: that has worked for all of them so far
(an import that fails ends the script). Takes a few minutes, so what it prints
is committed.
"""

import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

RELEASES = [f"3.{minor}.0" for minor in range(18)] + ["3.17.2"]


def download(release: str, folder: Path) -> Path:
    """The unpacked wheel of a release, without what it depends on."""
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        + ["--no-deps", "--dest", folder, f"mlflow=={release}"],
        check=True,
        stdout=sys.stderr,
    )
    [wheel] = folder.glob(f"mlflow-{release}-*.whl")
    unpacked = folder / release
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(unpacked)
    wheel.unlink()
    return unpacked


def options(package: Path) -> list[tuple[str, str]]:
    """Command and option, as `options.py` finds them in an unpacked wheel."""
    script = Path(__file__).with_name("options.py")
    rows = subprocess.run(
        [sys.executable, script],
        env=os.environ | {"PYTHONPATH": str(package), "MLFLOW_DISABLE_TELEMETRY": "true"},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout.splitlines()
    return [tuple(row.split("\t")[:2]) for row in rows]


def main() -> None:
    since: dict[tuple[str, str], str] = {}
    with tempfile.TemporaryDirectory() as folder:
        for release in RELEASES:
            print(f"MLflow {release}", file=sys.stderr)
            for option in options(download(release, Path(folder))):
                since.setdefault(option, release)
    for (command, option), release in since.items():
        print(f"{command}\t{option}\t{release}")


if __name__ == "__main__":
    main()
