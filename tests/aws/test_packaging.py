"""Heal as Lambda gets it: the same bytes for the same source, small, and enough to run by itself."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

from landbridge.aws.packaging import HANDLER, heal_package


def test_the_package_is_the_same_whenever_and_wherever_it_is_made() -> None:
    program = "import sys; from landbridge.aws.packaging import heal_package; sys.stdout.buffer.write(heal_package())"
    environment = {"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo"}
    again = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, env=environment).stdout
    assert again == heal_package()


def test_it_is_small_and_holds_heal_alone() -> None:
    assert len(heal_package()) < 50_000
    names = zipfile.ZipFile(BytesIO(heal_package())).namelist()
    assert "landbridge/heal/handler.py" in names
    assert [name for name in names if not name.startswith("landbridge/heal/")] == ["landbridge/__init__.py"]


def test_it_runs_by_itself_with_boto3_alone(tmp_path: Path) -> None:
    """Imported from the zip, with everything else of landbridge out of sight."""
    package = tmp_path / "heal.zip"
    package.write_bytes(heal_package())
    module, _, name = HANDLER.rpartition(".")
    program = f"""
import sys
sys.path.insert(0, {str(package)!r})
from {module} import {name}
foreign = [one for one in sys.modules if one.startswith("landbridge") and "{package}" not in str(sys.modules[one].__spec__)]
assert not foreign, foreign
assert not {{"pydantic", "yaml", "jinja2", "click", "rich"}} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_it_imports_fast_beyond_boto3(tmp_path: Path) -> None:
    package = tmp_path / "heal.zip"
    package.write_bytes(heal_package())
    program = f"""
import sys, time
import boto3, botocore.config
sys.path.insert(0, {str(package)!r})
began = time.process_time()
import {HANDLER.rpartition(".")[0]}
print(time.process_time() - began)
"""
    took = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    assert float(took) < 0.3
