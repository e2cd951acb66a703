"""An encoder of one's own against one that others trained, in words."""

import pandas as pd
from made_up import facts, results
from sections import section

TASKS = ["rotation", "imagenet"]
TITLE = "**Is it worth training an encoder of your own?** "
MIND = (
    "Your own saw 846k images in its pretraining, the other none of them, but for sets made of the "
    "images that it was trained on: there this is no fair comparison. What each took in minutes: "
    "`semisup times`."
)


def own(table: pd.DataFrame) -> str:
    text = section("Pretraining by rotation", table, facts(TASKS))
    return text.split(TITLE)[1].split("\n\n")[0]


def test_gains_and_what_to_mind() -> None:
    assert own(results(TASKS)) == (
        "Compared by methods that both kinds have; at each budget, each kind is represented by "
        "what is best on validation. With the most labels these are rotation, fine-tuned and "
        "imagenet, fine-tuned. The first minus the second, points by labels per class: "
        f"1: +2.0±0.0, 4: +2.0±0.0, 16: +2.0±0.0. {MIND}"
    )


def test_what_is_no_more_than_noise() -> None:
    table = results(TASKS)
    table.loc[table["task"] == "imagenet", "top1"] += table["draw"] * 0.05
    assert own(table).endswith(f" None of it is more than noise. {MIND}")


def test_without_both_kinds_nothing_is_said() -> None:
    text = section("Pretraining by rotation", results(["rotation"]), facts(["rotation"]))
    assert TITLE not in text
