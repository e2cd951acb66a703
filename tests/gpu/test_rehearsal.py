"""The script for a GPU, on the CPU: that it works, not how fast."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from pictures import write_pictures
from projects import CHECKOUT

SCRIPT = CHECKOUT / "tests/gpu/run.sh"


def rehearse(out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = ["sh", str(SCRIPT), "--device", "cpu", "--tiny", "--out", str(out), *options]
    return subprocess.run(
        ["env", f"PYTHON={sys.executable}", "OMP_NUM_THREADS=1", *command],
        capture_output=True,
        text=True,
        check=False,
        cwd=out.parent,  # from anywhere
    )


@pytest.mark.slow
def test_everything_on_the_cpu(tmp_path: Path) -> None:
    for role, count in (("train", 12), ("test", 4)):
        for name in ("cat", "dog", "cow"):
            write_pictures(tmp_path / "set/images" / role / name, count)
    done = rehearse(tmp_path / "out", "--cifar10", str(tmp_path / "set"))
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads((tmp_path / "out/results.json").read_text())["checks"]
    tasks = found["learns"]["tasks"]
    assert {"rotation", "gan", "simclr"} <= tasks.keys()
    assert {one["updates"] for one in tasks.values()} == {50}
    assert len(set(found["repeats"]["sha256"])) == 1
    assert found["resumes"]["updates_after_the_kill"] == 21, "killed when it began the 30th"
    assert found["speed"]["images_per_second"] > 0
    assert [*found["classify"]["stages"]][-1] == "selftrain"
    page = (tmp_path / "out/results.md").read_text()
    assert page == done.stdout
    assert page.count("| yes |") == len(found)


def test_without_a_gpu_it_says_so_in_one_line(tmp_path: Path) -> None:
    hidden = {"CUDA_VISIBLE_DEVICES": ""}
    command = ["env", *(f"{k}={v}" for k, v in hidden.items()), f"PYTHON={sys.executable}"]
    done = subprocess.run(
        [*command, "sh", str(SCRIPT), "--out", str(tmp_path / "out")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: no CUDA device is here")
    assert not (tmp_path / "out").exists()


def test_what_is_missing_is_named() -> None:
    """Without the folder of packages none is there."""
    command = [sys.executable, "-I", "-S", str(Path(__file__).with_name("needed.py"))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode
    assert done.stderr.startswith("error: torch, torchvision, ")
    assert "`pip install torch torchvision " in done.stderr
