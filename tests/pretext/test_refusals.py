"""What pretext tasks refuse, in one line that says what to do, and what at the edge they take."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from semisup.data.dataset import ImageData
from semisup.params.loading import Params
from semisup.params.sections import known_tasks, task_module
from semisup.pretext.shared.task import PretextTask
from semisup.workflow.errors import UserError

MakeData, Make = Callable[..., ImageData], Callable[..., Params]
Edits = dict[str, Any]

MODULES = {task: task_module(task) for task in known_tasks()}
TRAINED = [task for task, module in MODULES.items() if issubclass(module.Task, PretextTask)]
TURNS = ["identity", "rotate90", "rotate180", "rotate270"]

SETTINGS: list[tuple[str, str, Any, str]] = [
    *[(task, "lr", 0.0, "0.0 should be greater than 0") for task in TRAINED],
    *[(task, "weight_decay", -1.0, "-1.0 should be greater than or equal") for task in TRAINED],
    *[(task, "batch_images", 1, "1 should be greater than or equal to 2") for task in TRAINED],
    *[(task, "surprise", 1, "unknown key; allowed: ") for task in MODULES],
    ("autoencoder", "kind", "maskd", "(did you mean 'masked'?)"),
    ("autoencoder", "bottleneck", 0, "0 should be greater than or equal to 1"),
    ("autoencoder", "noise", 0.0, "0.0 should be greater than 0"),
    ("autoencoder", "patch", 0, "0 should be greater than or equal to 1"),
    ("autoencoder", "masked", 0.0, "0.0 should be greater than 0"),
    ("autoencoder", "masked", 1.0, "1.0 should be less than 1"),
    ("colorization", "bin_width", 2.0, "2.0 should be greater than or equal to 5"),
    ("colorization", "bin_width", 51.0, "51.0 should be less than or equal to 50"),
    ("colorization", "uniform", 0.0, "0.0 should be greater than 0"),
    ("colorization", "uniform", 1.5, "1.5 should be less than or equal to 1"),
    ("gan", "r1", -1.0, "-1.0 should be greater than or equal to 0"),
    ("geometric", "transforms", ["identity"], "list at least two transforms"),
    ("geometric", "transforms", [], "list at least two transforms"),
    ("geometric", "transforms", ["mirror"] * 2, "'mirror' is given twice; list each"),
    ("geometric", "transforms", ["rotate9", "mirror"], "unknown transform 'rotate9' (did you mean"),
    ("geometric", "transforms", "mirror", "'mirror' should be a list"),
    ("imagenet", "model", "resnet18", "'resnet18' is no model; allowed: timm/NAME, torchvision"),
    ("imagenet", "wieghts", "x", "unknown key (did you mean 'weights'?)"),
    ("jigsaw", "grid", 5, "5 should be 'auto', 2, 3 or 4"),
    ("jigsaw", "grid", "three", "'three' should be 'auto', 2, 3 or 4"),
    ("jigsaw", "gap", 0.6, "0.6 should be less than or equal to 0.5"),
    ("jigsaw", "permutations", 1, "1 should be greater than or equal to 2"),
    ("jigsaw", "color_drop", 1.5, "1.5 should be less than or equal to 1"),
    ("pixels", "side", 0, "0 should be greater than or equal to 1"),
    ("relative_patch", "pairs", 0, "0 should be greater than or equal to 1"),
    ("relative_patch", "gap", 1.5, "1.5 should be less than or equal to 1"),
    ("relative_patch", "jitter", 0.5, "0.5 should be less than or equal to 0.2"),
    ("relative_patch", "color_drop", -0.1, "-0.1 should be greater than or equal to 0"),
    ("simclr", "crop", 0.0, "0.0 should be greater than 0"),
    ("simclr", "hue", 0.6, "0.6 should be less than or equal to 0.5"),
    ("simclr", "temperature", -1.0, "-1.0 should be greater than 0"),
    ("simclr", "strong", 0.5, "must be a section of keys, not 0.5"),
    ("simclr", "strong.colour", 0.5, "unknown key (did you mean 'color'?)"),
    ("triplet", "negatives", "hard", "'hard' should be 'all', 'random' or 'semi_hard'"),
    ("triplet", "margin", 0.0, "0.0 should be greater than 0"),
    ("triplet", "projection", 1, "1 should be greater than or equal to 2"),
    ("triplet", "strong.rotate", 200.0, "200.0 should be less than or equal to 180"),
]


def complaint(of: Callable[[], object]) -> str:
    """The one line of the refusal; empty where there is none."""
    try:
        of()
    except UserError as refused:
        assert "\n" not in str(refused)
        return str(refused)
    return ""


@pytest.mark.parametrize(("task", "key", "value", "words"), SETTINGS)
def test_senseless_settings(make_params: Make, task: str, key: str, value: Any, words: str) -> None:
    params = make_params({f"pretrain.{task}.{key}": value})
    message = complaint(lambda: params.task_settings(task, MODULES[task].Settings))
    assert message.startswith(f"params.yaml: pretrain.{task}.{key}: ")
    assert words in message


def test_settings_that_do_not_fit_another_key(make_params: Make) -> None:
    def check(task: str, edits: Edits) -> Any:
        return make_params(edits).task_settings(task, MODULES[task].Settings)

    flip, asked = "pretrain.augment.flip", "pretrain.geometric.transforms"
    message = complaint(
        lambda: check("geometric", {flip: True, asked: ["identity", "mirror_rotate90"]})
    )
    assert message == (
        f"params.yaml: {asked}: mirror_rotate90 can't be told while {flip} mirrors half of the "
        "images; set that to false, or leave the mirrors out"
    )
    assert check("geometric", {flip: True, asked: TURNS}).transforms == TURNS
    assert len(check("geometric", {flip: False}).transforms) == 8


@pytest.mark.parametrize(
    ("task", "transforms", "degrees", "limit"),
    [
        ("rotation", TURNS, 90, 45),
        ("rotation", TURNS, 45, 45),
        ("rotation", TURNS, 44.9, None),
        ("geometric", TURNS, 45, 45),
        ("geometric", ["rotate270", "mirror", "identity"], 45, 45),
        ("geometric", ["mirror", "mirror_rotate180"], 90, 90),
        ("geometric", ["identity", "rotate180"], 89, None),
        ("geometric", ["identity", "mirror_rotate90"], 180, None),
        ("jigsaw", TURNS, 180, None),
    ],
)
def test_turns_that_the_augmentation_makes_anyway(
    make_params: Make, task: str, transforms: list[str], degrees: float, limit: int | None
) -> None:
    edits = {"pretrain.augment.rotate": degrees, "pretrain.geometric.transforms": transforms}
    params = make_params(edits)
    message = complaint(lambda: params.task_settings(task, MODULES[task].Settings))
    assert message == (
        f"params.yaml: pretrain.augment.rotate: {degrees:g} degrees either way hide by how much "
        f"{task} turned an image; set it under {limit}, or leave {task} out of pretext_tasks"
        if limit
        else ""
    )


def checked(make_params: Make, data: ImageData, task: str, edits: Edits) -> None:
    module = MODULES[task]
    params = make_params({f"pretrain.{task}.{key}": value for key, value in edits.items()})
    module.Task.check(params.task_settings(task, module.Settings), data)


@pytest.mark.parametrize(
    ("task", "edits", "images", "words"),
    [
        *[
            (
                "autoencoder",
                {"patch": patch, "masked": masked},
                {},
                r"all or nothing .* 16 px; lower",
            )
            for patch, masked in [(16, 0.6), (40, 0.6), (8, 0.1), (8, 0.9)]
        ],
        ("colorization", {}, {"channels": 1}, "needs images in colour, but 0% .* not grey$"),
        (
            "jigsaw",
            {"permutations": 25},
            {"size": 24},
            r"25 is more than the 24 .*2 x 2.*lower it$",
        ),
        ("jigsaw", {"permutations": 25, "grid": 2}, {"size": 96}, "25 is more than the 24 "),
        ("jigsaw", {"grid": 4}, {"size": 24}, r"4 x 4 .*24 px into tiles of 5 px.*lower grid"),
        ("jigsaw", {}, {"size": 12}, r"2 x 2 .*12 px .* of 5 px.*raise data\.image_size$"),
        (
            "relative_patch",
            {},
            {"size": 14},
            r"14 px are too small.*data\.image_size to 15,",
        ),
    ],
)
def test_images_that_make_no_sense(
    make_data: MakeData, make_params: Make, task: str, edits: Edits, images: Edits, words: str
) -> None:
    message = complaint(lambda: checked(make_params, make_data(**images), task, edits))
    assert re.search(words, message)


@pytest.mark.parametrize(
    ("task", "edits", "images"),
    [
        ("autoencoder", {"kind": "plain", "patch": 16}, {}),
        ("autoencoder", {"patch": 4}, {}),
        ("jigsaw", {}, {"size": 16}),
        ("jigsaw", {"grid": 3}, {"size": 24}),
        ("jigsaw", {"grid": 4}, {"size": 48}),
        ("jigsaw", {"permutations": 1000}, {"size": 96}),
        ("relative_patch", {}, {"size": 15}),
        ("relative_patch", {}, {"size": 96}),
        *[
            (task, {}, {"classes": 1, "unlabelled": 2, "train": 2})
            for task in ("simclr", "triplet")
        ],
    ],
)
def test_images_that_just_suffice(
    make_data: MakeData, make_params: Make, task: str, edits: Edits, images: Edits
) -> None:
    assert not complaint(lambda: checked(make_params, make_data(**images), task, edits))
