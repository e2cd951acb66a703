"""Stands in for a stage: writes in no time what depends on all that dvc.yaml declares for it.

Usage: python stub_stage.py STAGE [ITEM=VALUE ...], in a project with `stubs.json`, which holds the
declared deps, params and outs of each stage. Bytes follow those of the inputs, as with the real
stages: a remark in code changes none, nor does what the stage has no use for.
"""

import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

import yaml

TRAINED = ("head", "spread", "finetune", "selftrain")


def content(path: Path) -> str:
    """What counts of a dependency: of code all but remarks, of a folder all of its files."""
    if path.is_dir():
        files = sorted(p for p in path.rglob("*") if p.is_file() and p.name != ".gitignore")
        return "".join(f"{p} {content(p)}\n" for p in files if p.suffix != ".pyc")
    text = path.read_text("utf-8")
    return re.sub(r"(?m)^\s*(#.*)?\n", "", text) if path.suffix == ".py" else text


def is_used(stage: str, item: dict[str, str], params: dict[str, Any], what: str) -> bool:
    if stage == "prepare" and what == "data/raw":
        return bool(params["data"]["source"] != "glyphs")
    if stage == "pretrain" and item["task"] == "random":  # an untrained encoder
        return what in {"seed", "backbone", "data/prepared"}
    return True


def digest(stage: str, item: dict[str, str], deps: list[str], keys: list[str]) -> str:
    params = yaml.load(Path("params.yaml").read_text("utf-8"), yaml.CSafeLoader)
    found = [f"{stage} {item}"]
    for key in keys:
        value = params
        for part in key.replace("${pretrain.start}", params["pretrain"]["start"]).split("."):
            value = value[part]
        found.append(f"{key} {value}" * is_used(stage, item, params, key))
    found += [content(Path(dep)) for dep in deps if is_used(stage, item, params, dep)]
    return hashlib.sha256("\n".join(found).encode()).hexdigest()


def of_the_advised() -> str:
    """The report puts aside a classifier of the largest budget, and hashes of the others."""
    params = yaml.load(Path("params.yaml").read_text("utf-8"), yaml.CSafeLoader)
    budget, tasks = params["label_budgets"][-1], params["pretext_tasks"]
    items = [f"{stage}/{task}-{budget}" for stage in TRAINED for task in tasks]
    folders = [*items, *(f"pretrain/{task}" for task in tasks), f"supervised/{budget}"]
    there = [Path("data", folder) for folder in folders if Path("data", folder).is_dir()]
    return hashlib.sha256("\n".join(map(content, there)).encode()).hexdigest()


def main() -> None:
    stage, *pairs = sys.argv[1:]
    item = dict(pair.split("=") for pair in pairs)
    text = Path("stubs.json").read_text("utf-8")
    text = re.sub(r"\$\{item\.(\w+)\}", lambda found: item.get(found[1], ""), text)
    stages = json.loads(text)
    declared = stages[stage]
    written = digest(stage, item, declared["deps"], declared["params"])
    if stage == "split":  # as the real one: the report depends on folders that may stay empty
        for dep in stages["report"]["deps"]:
            if dep.startswith("data/"):
                Path(dep).mkdir(exist_ok=True)
    for out in map(Path, declared["outs"]):
        file = out if out.suffix else out / "out.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        found = of_the_advised() if out.name == "advised" else written
        file.write_text(json.dumps({"digest": found}))
    parts = {dep for one in stages.values() for dep in one["deps"]}  # of outputs
    for part in parts:
        if any(part.startswith(f"{out}/") for out in declared["outs"]):
            Path(part).mkdir(exist_ok=True)
            Path(part, "out.txt").write_text(json.dumps({"digest": written}))


if __name__ == "__main__":
    main()
