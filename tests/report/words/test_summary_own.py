"""An encoder of one's own against one that others trained, in words."""

import dataclasses

import pandas as pd
from made_up import ORIGIN, facts, results
from sections import section, summary

TASKS = ["rotation", "imagenet"]
TITLE = "**Is it worth training an encoder of your own?** "
MIND = (
    "Your own saw 846k images in its pretraining. The other saw none of them, unless this data set "
    "is made of the images that it was trained on: then the comparison is not fair. `semisup "
    "times` says what each took in minutes."
)


def own(table: pd.DataFrame) -> str:
    text = section("Pretraining by rotation", table, facts(TASKS))
    return text.split(TITLE)[1].split("\n\n")[0]


def test_gains_and_what_to_mind() -> None:
    assert own(results(TASKS)) == (
        "Your own encoders are compared with those that others trained, by the methods that both "
        "have: at each budget, the best on validation of each kind. With the most labels these are "
        "**rotation, fine-tuned** and **imagenet, fine-tuned**. Your own minus the others', points "
        "by labels per class: "
        f"1: +2.0±0.0, 4: +2.0±0.0, 16: +2.0±0.0. {MIND}"
    )


def test_what_is_no_more_than_noise() -> None:
    table = results(TASKS)
    table.loc[table["task"] == "imagenet", "score"] += table["draw"] * 0.05
    assert own(table).endswith(f" No difference is more than noise. {MIND}")


def test_without_both_kinds_nothing_is_said() -> None:
    text = section("Pretraining by rotation", results(["rotation"]), facts(["rotation"]))
    assert TITLE not in text


BORROWED = "Weights that others trained"
SAID = (
    "timm/resnet10t, weights c3_in1k, from https://example.org/resnet10t_c3.safetensors; licence: "
    f"apache-2.0; SHA-256 {'0123abcd' * 8}."
)


def test_weights_of_others_are_named_with_their_licence() -> None:
    assert section(BORROWED, results(TASKS), facts(TASKS)) == f"- **imagenet**: {SAID}"


def test_weights_that_training_began_with_are_named_too() -> None:
    known = facts(["rotation"])
    known.pretext["rotation"] = dataclasses.replace(known.pretext["rotation"], origin=ORIGIN)
    said = section(BORROWED, results(["rotation"]), known)
    assert said == f"- **rotation** began with {SAID}"


def test_without_weights_of_others_none_are_named() -> None:
    assert BORROWED not in summary(results(["rotation"]), facts(["rotation"]))
