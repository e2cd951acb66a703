"""Every mistake in params.yaml ends in one line that says where it is and what is allowed."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from dvc.utils.serialize import load_yaml
from pydantic import ValidationError

from semisup.params import messages, sections
from semisup.params.loading import Params, load, load_and_check_tasks
from semisup.workflow.errors import UserError

REPOSITORY = Path(__file__).parents[2]
GONE = "(deleted)"  # stands for no key at all; text, since test names must not change

Edits = dict[Any, Any]


def change(values: Edits, edits: Edits) -> Edits:
    for key, value in edits.items():
        *sections, last = key.split(".") if isinstance(key, str) else [key]
        section = values
        for name in sections:
            section = section[name]
        if value is GONE:
            del section[last]
        else:
            section[last] = value
    return values


def check(values: Any, folder: Path) -> Params:
    path = folder / "params.yaml"
    path.write_text(yaml.dump(values, Dumper=yaml.CSafeDumper), encoding="utf-8")
    return load_and_check_tasks(path)


def complaint(values: Any, folder: Path) -> str:
    with pytest.raises(UserError) as caught:
        check(values, folder)
    message = str(caught.value)
    assert "\n" not in message
    for noise in (
        "list[",
        "literal[",
        "constrained-",
        "function-",
        "after validation",
        "instance of",
        "Input",
    ):
        assert noise not in message
    return message


def test_the_projects_own_file_is_valid() -> None:
    own = load_and_check_tasks(REPOSITORY / "params.yaml")
    raw = yaml.safe_load((REPOSITORY / "params.yaml").read_text("utf-8"))
    assert own.label_budgets == raw["label_budgets"]
    assert own.model_dump() == raw  # nothing is added, dropped or converted


def test_settings_are_read_only(make_params: Callable[..., Params]) -> None:
    settings = make_params({})
    with pytest.raises(ValidationError, match="frozen"):
        settings.seed = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("edits", "said"),
    [
        # unknown keys, at each level
        ({"sede": 1}, ["sede: unknown key", "did you mean 'seed'", "allowed: seed, label_budgets"]),
        ({"seed": GONE, "sede": 0}, ["sede: unknown key (did you mean 'seed'?)"]),
        ({"training": {}}, ["training: unknown key"]),
        ({"head.droput": 0.1}, ["head.droput: unknown key", "did you mean 'dropout'"]),
        ({"data.imagesize": 32}, ["data.imagesize: unknown key", "did you mean 'image_size'"]),
        ({"data.augment.shfit": 0}, ["data.augment.shfit: unknown key", "did you mean 'shift'"]),
        ({"data.glyphs.clases": 5}, ["data.glyphs.clases: ", "'classes'", "train_images"]),
        ({"split.fraction": 0.1}, ["split.fraction: unknown key", "test_fraction"]),
        (
            {"finetune.layer": "conv5"},
            ["finetune.layer: unknown key", "allowed: weight_decay, batch_size"],
        ),
        ({"head.lr": GONE, "head.LR": 0.1}, ["head.LR: unknown key"]),
        ({"pretrain.epoch": 3}, ["pretrain.epoch: unknown key", "did you mean 'epochs'"]),
        ({"pretrain.epochs": GONE, "pretrain.epohcs": 3}, ["pretrain.epohcs: ", "'epochs'"]),
        ({"pretrain.Epochs": 3}, ["params.yaml: pretrain.Epochs: ", "'epochs'"]),
        ({"pretrain.rotatoin": {}}, ["pretrain.rotatoin: unknown key", "'rotation'", "random"]),
        ({"pretrain.augment.flipp": True}, ["pretrain.augment.flipp: ", "did you mean 'flip'"]),
        ({"pretrain.rotation.lrr": 1}, ["pretrain.rotation.lrr: ", "did you mean 'lr'"]),
        ({"pretrain.random.lr": 1}, ["pretrain.random.lr: unknown key; allowed: none"]),
        # keys that read like the names of types
        ({"none": 1}, ["params.yaml: none: unknown key"]),
        ({"int": 1}, ["params.yaml: int: unknown key"]),
        ({"data.str": 1}, ["data.str: unknown key", "image_size"]),
        # missing keys
        ({"draws": GONE}, ["draws: missing; add it, as `draws: 3`"]),
        ({"report": GONE}, [f"report: missing; add it, as it stands in {REPOSITORY}/params.yaml"]),
        ({"data.augment.flip": GONE}, ["data.augment.flip: missing; add it, as `flip: false`"]),
        ({"pretrain.rotation.lr": GONE}, ["pretrain.rotation.lr: missing; add it, as `lr: "]),
        ({"pretrain.rotation": GONE}, ["pretrain.rotation: missing", "lists 'rotation'"]),
        # types
        ({"seed": "zero"}, ["seed: 'zero' should be an integer"]),
        ({"seed": True}, ["seed: True should be an integer"]),
        ({"seed": None}, ["seed: None should be an integer"]),
        ({"seed": 1.5}, ["seed: 1.5 should be an integer"]),
        ({"head.epochs": "3"}, ["head.epochs: '3' should be an integer"]),
        ({"head.lr": "1.2.3e4"}, ["head.lr: '1.2.3e4' should be a number"]),
        ({"head.lr": "fast"}, ["head.lr: 'fast' should be a number"]),
        ({"head.lr": True}, ["head.lr: True should be a number"]),
        ({"head.lr": [0.1]}, ["head.lr: [0.1] should be a number"]),
        ({"finetune.lr": []}, ["finetune.lr: [] should not be empty"]),
        ({"finetune.lr": [0.1, 0]}, ["finetune.lr: 0 should be greater than 0"]),
        ({"supervised.lr": "fast"}, ["supervised.lr: 'fast' should be a list"]),
        ({"head.hidden": 200}, ["head.hidden: 200 should be a list"]),
        ({"head.hidden": [200, 0]}, ["head.hidden: 0 should be greater than or equal to 1"]),
        ({"supervised.hidden": ["a"]}, ["supervised.hidden: 'a' should be an integer"]),
        ({"data.augment.flip": 0}, ["data.augment.flip: 0 should be true or false"]),
        ({"data.folder.labelled": 3}, ["data.folder.labelled: 3 should be a list"]),
        ({"data.folder.labelled": ""}, ["data.folder.labelled: '' should not be empty"]),
        ({"data.folder.test": ["a", 3]}, ["data.folder.test: 3 should be a string"]),
        ({"data.folder.test": []}, ["data.folder.test: [] should not be empty"]),
        ({"data.folder.labels": 3}, ["data.folder.labels: 3 should be a string"]),
        (
            {"data.folder.class_level": "first"},
            ["class_level: 'first' should be auto, or an integer"],
        ),
        ({"data.folder.class_level": 0}, ["data.folder.class_level: 0 should be auto"]),
        (
            {"data.folder.group_pattern": "("},
            ["data.folder.group_pattern: is no regular expression"],
        ),
        (
            {"data.folder.columns.label": 7},
            ["data.folder.columns.label: 7 should be a string"],
        ),
        ({"data.folder.no_label": "NA"}, ["data.folder.no_label: 'NA' should be a list"]),
        ({"data.range": [5, 1]}, ["data.range: [5, 1] should be auto, or two numbers"]),
        ({"data.range": [5]}, ["data.range"]),
        ({"data.range": [0, math.inf]}, ["data.range: inf should be a finite number"]),
        ({"data.range": "all"}, ["data.range: 'all' should be auto, or two numbers"]),
        ({"split.max_pool": "all"}, ["split.max_pool: 'all' should be an integer"]),
        ({"backbone": "small"}, ["backbone: must be a section of keys, not 'small'"]),
        ({"data": []}, ["data: must be a section of keys, not []"]),
        ({"pretrain": None}, ["pretrain: must be a section of keys, not None"]),
        ({"pretrain.rotation": None}, ["pretrain.rotation: must be a section of keys, not None"]),
        ({"pretrain.random": 3}, ["pretrain.random: must be a section of keys, not 3"]),
        ({True: 1}, ["the file: keys must be text, not True"]),
        # ranges
        ({"seed": -1}, ["seed: -1 should be greater than or equal to 0"]),
        ({"draws": 0}, ["draws: 0 should be greater than or equal to 1"]),
        ({"pretrain.repeats": 2, "draws": 4}, ["give all draws one encoder, or each its own"]),
        (
            {"pretrain.repeats": 2, "draws": 1},
            ["pretrain.repeats: 2 is neither 1 nor as many as draws (1)"],
        ),
        ({"draws": 101}, ["draws: 101 should be less than or equal to 100"]),
        ({"data.image_size": 7}, ["data.image_size: 7 should be greater than or equal to 8"]),
        ({"data.image_size": 513}, ["data.image_size: 513 should be less than or equal to 512"]),
        ({"data.glyphs.classes": 1}, ["data.glyphs.classes: 1 should be greater than or equal"]),
        ({"data.max_megapixels": 0}, ["data.max_megapixels: 0 should be greater than 0"]),
        ({"data.max_rejected_fraction": 1.1}, ["data.max_rejected_fraction: 1.1 should be less"]),
        ({"data.augment.shift": 0.6}, ["data.augment.shift: 0.6 should be less than or equal to"]),
        ({"split.test_fraction": 0}, ["split.test_fraction: 0 should be greater than 0"]),
        ({"split.within_budget_fraction": 1}, ["within_budget_fraction: 1 should be less than 1"]),
        ({"split.max_pool": 0}, ["split.max_pool: 0 should be greater than or equal to 1"]),
        ({"head.lr": 0}, ["head.lr: 0 should be greater than 0"]),
        ({"head.lr": math.nan}, ["head.lr: nan should be a finite number"]),
        ({"head.lr": math.inf}, ["head.lr: inf should be a finite number"]),
        ({"head.weight_decay": -math.inf}, ["head.weight_decay: -inf should be a finite number"]),
        ({"head.dropout": 1}, ["head.dropout: 1 should be less than 1"]),
        ({"head.batch_size": 1}, ["head.batch_size: 1 should be greater than or equal to 2"]),
        ({"head.patience": 0}, ["head.patience: 0 should be greater than or equal to 1"]),
        ({"pretrain.rotation.weight_decay": -1}, ["pretrain.rotation.weight_decay: -1 should be"]),
        ({"report.confidence": 1}, ["report.confidence: 1 should be less than 1"]),
        ({"compute.threads": -1}, ["compute.threads: -1 should be greater than or equal to 0"]),
        (
            {"compute.threads": 100_000},
            ["compute.threads: 100000 should be less than or equal to 1024"],
        ),
        ({"seed": -1, "draws": 0}, ["seed: -1 ", "(and 1 more)"]),
        ({"seed": -1, "data.range": [0, math.inf]}, ["seed: -1 ", "(and 1 more)"]),
        ({"pretrain.imagenet.input": 5}, ["pretrain.imagenet.input: 5 should be greater than or"]),
        ({"pretrain.imagenet.input": 1.5}, ["pretrain.imagenet.input: 1.5 should be an integer"]),
        # choices
        ({"data.source": "glyph"}, ["data.source: 'glyph' ", "'folder'", "did you mean 'glyphs'"]),
        ({"compute.device": "gpu"}, ["compute.device: 'gpu' ", "did you mean 'cuda'"]),
        ({"data.color": "gray"}, ["data.color: 'gray' ", "did you mean 'grey'"]),
        ({"selftrain.align": "unifrom"}, ["selftrain.align: ", "did you mean 'uniform'"]),
        ({"selftrain.average": 1}, ["selftrain.average: 1 should be less than 1"]),
        ({"selftrain.updates": 0}, ["selftrain.updates: 0 should be greater than"]),
        ({"data.fit": 3}, ["data.fit: 3 should be 'crop', 'pad' or 'stretch'"]),
        ({"compute.device": "gpu"}, ["compute.device: 'gpu' should be 'auto', 'cpu', 'cuda'"]),
        ({"finetune.start": "heads"}, ["finetune.start: 'heads' ", "did you mean 'head'"]),
        # budgets
        ({"label_budgets": 4}, ["label_budgets: 4 should be a list"]),
        ({"label_budgets": None}, ["label_budgets: None should be a list"]),
        ({"label_budgets": "1, 2"}, ["label_budgets: '1, 2' should be a list"]),
        ({"label_budgets": []}, ["label_budgets: [] should not be empty"]),
        ({"label_budgets": [4, 4]}, ["label_budgets: 4 is given twice"]),
        ({"label_budgets": [8, 4]}, ["label_budgets: 4 comes after 8", "from small to large"]),
        ({"label_budgets": [0, 4]}, ["label_budgets: 0 should be greater than or equal to 1"]),
        ({"label_budgets": [1, -2]}, ["label_budgets: -2 should be greater than or equal to 1"]),
        ({"label_budgets": ["4"]}, ["label_budgets: '4' should be an integer"]),
        ({"label_budgets": [1.5]}, ["label_budgets: 1.5 should be an integer"]),
        ({"label_budgets": [True]}, ["label_budgets: True should be an integer"]),
        (
            {"label_budgets": [1, 200], "embed.images_per_class": 128},
            ["label_budgets: 200 is more than embed.images_per_class (128)"],
        ),
        # tasks
        ({"choose.budgets": [4, 4]}, ["choose.budgets: 4 is given twice"]),
        ({"choose.budgets": [8, 4]}, ["choose.budgets: 4 comes after 8", "from small to large"]),
        ({"choose.budgets": [0]}, ["choose.budgets: 0 should be greater than or equal to 1"]),
        ({"choose.draws": 0}, ["choose.draws: 0 should be greater than or equal to 1"]),
        ({"choose.most_clusters": 0}, ["choose.most_clusters: 0 should be greater than"]),
        ({"pretext_tasks": "rotation"}, ["pretext_tasks: 'rotation' should be a list"]),
        ({"pretext_tasks": ["rotatoin"]}, ["pretext_tasks: ", "'rotatoin'", "mean 'rotation'"]),
        ({"pretext_tasks": [1]}, ["pretext_tasks: 1 should be a string"]),
        (
            {"pretext_tasks": ["random"] * 2, "finetune_tasks": []},
            ["pretext_tasks: 'random' is given twice"],
        ),
        (
            {"finetune_tasks": ["simclr"]},
            ["finetune_tasks: 'simclr' is not in pretext_tasks; take it out here too"],
        ),
        (
            {"control_budgets": [3]},
            ["control_budgets: 3 is not in label_budgets; take it out"],
        ),
        ({"control_budgets": [4, 1]}, ["control_budgets: 1 comes after 4"]),
        ({"finetune_tasks": ["rotation"] * 2}, ["finetune_tasks: 'rotation' is given twice"]),
        (
            {"pretext_tasks": ["random"], "finetune_tasks": [], "pretrain.random": GONE},
            ["pretrain.random: missing, but pretext_tasks lists 'random'"],
        ),
        (
            {"pretext_tasks": ["geometric"], "finetune_tasks": [], "pretrain.augment.flip": True},
            [
                "pretrain.geometric.transforms: mirror can't be told while pretrain.augment.flip "
                "mirrors half of the images; set that to false, or leave the mirrors out"
            ],
        ),
        # backbones and layers
        ({"backbone.name": "alexnt"}, ["backbone.name: ", "'alexnt' (did you mean 'alexnet'?)"]),
        ({"backbone.name": "vgg"}, ["backbone.name: ", "'vgg'", "allowed: small, alexnet, nin"]),
        ({"backbone.name": "tim/resnet18"}, ["backbone.name: ", "'tim/resnet18' (did you mean 'r"]),
        ({"pretrain.start": "imagnet"}, ["pretrain.start: 'imagnet' ", "did you mean 'imagenet'"]),
        (
            {"pretrain.start": "imagenet"},
            ["pretrain.start: imagenet: backbone.name is 'small', but pretrain.imagenet.mod"],
        ),
        (
            {"pretrain.start": "foundation", "pretrain.foundation": GONE},
            ["pretrain.foundation: missing, but pretrain.start names it; add it"],
        ),
        (
            {"backbone.name": "timm/resnet18", "pretrain.start": "foundation"},
            ["'timm/resnet18', but pretrain.foundation.model is 'timm/vit_small_patch14_dinov2'"],
        ),
        (
            {"pretext_tasks": ["rotation"], "pretrain.random": GONE},
            ["pretrain.random: missing, but pretrain.start names it"],
        ),
        (
            {
                "backbone.name": "timm/resnet18",
                "embed.layer": "auto",
                "split.validation": "within_budget",
            },
            ["embed.layer: auto ", "split.validation within_budget lacks; name a layer"],
        ),
        ({"backbone.name": 18}, ["backbone.name: 18 should be a string"]),
        ({"embed.layer": "conv9"}, ["embed.layer: ", "'conv9'", "conv5, auto"]),
        ({"embed.layer": "atuo"}, ["embed.layer: ", "did you mean 'auto'"]),
        ({"supervised.layer": "auto"}, ["supervised.layer: ", "'auto'", "conv4, conv5"]),
        (
            {"backbone.name": "nin", "embed.layer": "conv5"},
            ["embed.layer: unknown layer 'conv5'", "allowed: conv1, conv2, conv3, conv4, auto"],
        ),
        (
            {"embed.layer": "auto", "split.validation": "within_budget"},
            ["embed.layer: auto ", "split.validation within_budget", "conv1, conv2"],
        ),
    ],
    ids=str,
)
def test_mistakes(values: Edits, edits: Edits, said: list[str], tmp_path: Path) -> None:
    message = complaint(change(values, edits), tmp_path)
    assert message.startswith("params.yaml: ")
    for part in said:
        assert part in message
    assert any(str(key) in message for key in edits)
    assert len(edits) > 1 or "more)" not in message


def test_a_key_that_semisups_own_file_lacks_too(
    values: Edits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a checkout, whose file it is."""
    monkeypatch.setattr(messages, "__file__", str(tmp_path / "src/semisup/params/messages.py"))
    said = "params.yaml: head.lr: missing; add it, as an earlier commit has it"
    assert complaint(change(values, {"head.lr": GONE}), tmp_path) == said


def test_a_single_learning_rate_stands_for_a_list(values: Edits, tmp_path: Path) -> None:
    params = check(change(values, {"finetune.lr": 0.02, "supervised.lr": 1}), tmp_path)
    assert (params.finetune.lr, params.supervised.lr) == ([0.02], [1])


@pytest.mark.parametrize(
    "edits",
    [
        {"split.max_pool": 100},
        {"split.max_pool": None},
        {"head.hidden": []},
        {"head.lr": 1},  # an integer is a number
        {"label_budgets": [1]},
        {"choose.budgets": []},
        {"label_budgets": [128], "embed.images_per_class": 128},
        {"pretext_tasks": [], "finetune_tasks": []},
        {"pretext_tasks": ["random", "rotation"]},
        {"pretrain.augment.flip": True},  # geometric, which asks about mirrors, is not listed
        {
            "pretext_tasks": ["geometric"],
            "finetune_tasks": [],
            "pretrain.augment.flip": True,
            "pretrain.geometric.transforms": ["identity", "rotate90"],
        },
        {"backbone.name": "nin", "embed.layer": "conv4", "supervised.layer": "conv2"},
        {"embed.layer": "auto"},
        {"embed.layer": "conv1", "split.validation": "within_budget"},
        {"data.folder.labelled": ["data/raw/x.zip", "data/raw/y"]},
        {"data.folder.class_level": 2, "data.folder.group_pattern": r"(p\d+)_"},
        {"data.folder.columns.label": None, "data.folder.no_label": ["NA"]},
        {"data.range": [0, 4095]},
        {"backbone.name": "timm/resnet18", "embed.layer": "layer3", "supervised.layer": "layer4"},
        {"backbone.name": "timm/tf_efficientnet_lite0", "pretrain.start": "imagenet"},
    ],
    ids=str,
)
def test_allowed(values: Edits, edits: Edits, tmp_path: Path) -> None:
    dumped = check(change(values, edits), tmp_path).model_dump()
    for key, value in edits.items():
        found: Any = dumped
        for name in key.split("."):
            found = found[name]
        assert found == value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "must be a section of keys, not None"),
        ("# only a comment\n", "must be a section of keys, not None"),
        ("rotation", "must be a section of keys, not 'rotation'"),
        ("- 1\n- 2\n", "must be a section of keys, not [1, 2]"),
        ("seed: {", "not readable as YAML"),
        ("seed: 1: 2", "not readable as YAML: line 1: mapping values are not allowed"),
        ("a: [1\nb: 2\n", "not readable as YAML"),
        ("\tseed: 1", "not readable as YAML"),
        ("seed: !!python/object/apply:os.getcwd []", "not readable as YAML"),
        (
            "seed: 1\nhead:\n  lr: 1.0\n  lr: 2.0\n",
            'not readable as YAML: line 4: found duplicate key "lr" with value "2.0"',
        ),
        (
            "a: 1\n<<<<<<< HEAD\nseed: 1\n=======\nseed: 2\n>>>>>>> try-it\n",
            "line 2: a merge left its marks; keep what is right, and take out the marks",
        ),
        ("seed: 2020-13-45", "not readable as YAML: month must be in 1..12"),
        ("seed: !!bool maybe", "not readable as YAML: 'maybe'"),
        (f"seed: {'[' * 5000}", "not readable as YAML: "),
    ],
)
def test_files_that_hold_no_settings(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        load(path)
    assert said in str(caught.value)
    assert "params.yaml: " in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("written", "read"), [("1e-3", 0.001), ("1E-3", 0.001), ("2.5e-2", 0.025), ("1.e+1", 10.0)]
)
def test_numbers_as_dvc_reads_them(
    values: Edits, tmp_path: Path, written: str, read: float
) -> None:
    text = yaml.safe_dump(change(values, {"head.lr": 123.25}))
    path = tmp_path / "params.yaml"
    path.write_text(text.replace("123.25", written), encoding="utf-8")
    assert load(path).head.lr == read == load_yaml(path)["head"]["lr"]


@pytest.mark.parametrize("word", ["on", "off", "yes", "no"])
def test_words_that_are_no_truth_values_to_dvc(values: Edits, tmp_path: Path, word: str) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(yaml.safe_dump(values).replace("flip: false", f"flip: {word}", 1))
    assert load_yaml(path)["data"]["augment"]["flip"] == word
    with pytest.raises(UserError, match=f"data.augment.flip: '{word}' should be true or false"):
        load(path)


def test_binary_missing_and_folder(tmp_path: Path) -> None:
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00seed")
    for path, said in (
        (binary, "not readable as YAML"),
        (tmp_path / "gone.yaml", "no such file; run this in the project's top folder"),
        (tmp_path, "can't be read: Is a directory"),
    ):
        with pytest.raises(UserError, match=said) as caught:
            load(path)
        assert str(caught.value).startswith(f"{path}: ")
        assert "\n" not in str(caught.value)


def test_an_unlisted_tasks_section_is_checked_too(values: Edits, tmp_path: Path) -> None:
    change(values, {"pretext_tasks": ["random"], "finetune_tasks": [], "pretrain.rotation.lr": -1})
    path = tmp_path / "params.yaml"
    assert "pretrain.rotation.lr: -1" in complaint(values, tmp_path)
    assert load(path).pretext_tasks == ["random"]  # but stages of other tasks may run


def test_tasks_and_budgets_that_are_not_listed(make_params: Callable[..., Params]) -> None:
    settings = make_params(
        {"pretext_tasks": ["rotation"], "label_budgets": [1, 4], "control_budgets": [4]}
    )
    settings.require_task("rotation")
    settings.require_budget(4)
    with pytest.raises(UserError, match=r"rotatoin.*did you mean 'rotation'.*: rotation$"):
        settings.require_task("rotatoin")
    with pytest.raises(UserError, match=r"budget 2: not in label_budgets of params.yaml: 1, 4"):
        settings.require_budget(2)
    settings.require_budget(4, control=True)
    with pytest.raises(UserError, match=r"budget 1: not in control_budgets of params.yaml: 4"):
        settings.require_budget(1, control=True)


def test_every_pretext_file_is_a_known_task() -> None:
    files = (Path(sections.__file__).parents[1] / "pretext").iterdir()
    expected = {file.stem for file in files if file.suffix == ".py" and file.name[0] != "_"}
    assert set(sections.known_tasks()) == expected
    assert {"random", "rotation"} <= expected


@pytest.mark.parametrize(
    ("key", "given", "read"),
    [
        ("labelled", "data/raw/x.zip", ["data/raw/x.zip"]),
        ("no_label", [-1, None, "NA", 1.5], ["-1", "null", "NA", "1.5"]),
    ],
)
def test_what_may_be_written_shorter(values: Edits, key: str, given: Any, read: Any) -> None:
    params = Params.model_validate(change(values, {f"data.folder.{key}": given}))
    assert getattr(params.data.folder, key) == read
