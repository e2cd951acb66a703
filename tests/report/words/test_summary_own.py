"""An encoder of one's own against one that others trained, in words."""

import pandas as pd
from made_up import facts, results
from sections import section

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
    table.loc[table["task"] == "imagenet", "top1"] += table["draw"] * 0.05
    assert own(table).endswith(f" No difference is more than noise. {MIND}")


def test_without_both_kinds_nothing_is_said() -> None:
    text = section("Pretraining by rotation", results(["rotation"]), facts(["rotation"]))
    assert TITLE not in text
