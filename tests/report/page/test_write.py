"""What the page says beside its charts, of made-up outputs of the stages before."""

import dataclasses
import json
import platform
import re
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from left_behind import TASKS, asked, made_data, reliabilities
from made_up import BUDGETS

import semisup
from semisup.params.loading import Params
from semisup.prepare.doubts import LISTED
from semisup.report import build, reliability
from semisup.report.findings import together
from semisup.report.findings.answers import Answers, answer
from semisup.report.findings.doubts import Doubts, Rival, doubt
from semisup.report.findings.forecast import Forecast, Guess, forecast
from semisup.report.methods import BASELINE, Way
from semisup.report.page import write
from semisup.report.tables.interval import Interval
from semisup.workflow import outputs

Make = Callable[..., Params]


@pytest.fixture(autouse=True)
def _no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page has charts of its own."""
    monkeypatch.setattr(build, "_draw_figures", lambda *_: None)


@pytest.fixture(scope="module")
def usual_page(tmp_path_factory: pytest.TempPathFactory, make_params: Make) -> str:
    """The page of all tasks, whose data nobody has changed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "_draw_figures", lambda *_: None)
        folder = made_data(tmp_path_factory.mktemp("usual"), patch)
        return written(folder / "page", asked(make_params, TASKS, BUDGETS))


@pytest.fixture(scope="module")
def usual(usual_page: str) -> str:
    return words(usual_page)


def written(folder: Path, params: Params) -> str:
    folder.mkdir()
    build.build_report(params, folder)
    return (folder / "report.html").read_text("utf-8")


def set_at_the_top(data: Path, column: str, value: float) -> None:
    """In the results of all classifiers with the largest budget."""
    for path in data.rglob("results.csv"):
        rows = pd.read_csv(path)
        if column in rows:
            rows.loc[rows["budget"] == BUDGETS[-1], column] = value
            rows.to_csv(path, index=False)


def words_of(folder: Path, params: Params) -> str:
    return words(written(folder, params))


def words(page: str) -> str:
    """Without its markup, scripts and style."""
    page = re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", "", page).split())


def test_controls_alone_are_no_pretraining(usual: str, data: Path, make_params: Make) -> None:
    controls = words_of(data / "one", asked(make_params, ["random"], BUDGETS))
    for page, subject, question in (
        (usual, "Pretraining ", "Is pretraining, with training on the pool, worth it here?"),
        (
            controls,
            "Self-training, without pretraining, ",
            "Without pretraining, is self-training worth it here?",
        ),
    ):
        assert re.search(rf"validation\. {subject}(is|brings)", page)
        assert question in page


def test_no_file_is_named_that_projects_of_init_lack(usual: str) -> None:
    assert "dvc.lock" in usual
    assert "requirements.lock" not in usual


def test_settings_name_what_training_began_with(make_params: Make) -> None:
    for start in ("random", "imagenet"):
        params = make_params({"pretext_tasks": ["rotation"]})
        pretrain = params.pretrain.model_copy(update={"start": start})
        shown = yaml.safe_load(write._settings(params.model_copy(update={"pretrain": pretrain})))
        sections = {key for key, value in shown["pretrain"].items() if isinstance(value, dict)}
        assert sections == {"augment", "rotation", start}


def test_versions_are_told(usual: str) -> None:
    told = f"semisup {semisup.__version__}, torch {version('torch')}, "
    assert f"Written with Python {platform.python_version()}, {told}" in usual


def test_images_with_several_labels_are_listed(usual: str, data: Path, make_params: Make) -> None:
    said = "Equal images with different labels, all left out"
    assert said not in usual
    rows = [[n, f"{n}.png", "", label, "x"] for n, label in enumerate("ab")]
    outputs.write_rows(outputs.PREPARED / outputs.CONFLICTS, LISTED, rows)
    page = written(data / "one", asked(make_params, TASKS, BUDGETS))
    assert said in page
    assert "<tr><td>1.png</td><td>b</td><td>1</td></tr>" in page


def test_no_section_is_empty(usual: str, data: Path, make_params: Make) -> None:
    nothing = "What the encoder sees Nothing to show: "
    assert nothing not in usual
    assert nothing in words_of(data / "one", asked(make_params, [], BUDGETS))


def test_a_gain_that_is_not_sure_is_no_proof(
    data: Path, make_params: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though it is the largest, at another number of labels than the sure one."""
    gains = {1: Interval(0.1, 0.05), 2: Interval(0.2, 0.05), 4: Interval(0.3, 0.9)}

    page = page_of_answers(data, make_params, monkeypatch, gains=gains, sure=[1, 2], worse=[])
    assert "is worth it at 1, 2 labels per class: +20.0±5.0 points over supervised training" in page
    assert "training with 2 labels per class. Twice" in page
    assert "The best clear difference is +20.0 points, with 2 labels per class." in page


@pytest.mark.parametrize(
    ("sure", "worse", "said"),
    [
        ([1], [4], "training with 1 label per class; less accurate at 4 labels per class. Twice"),
        (
            *([], [4]),
            "is not worth it: it is less accurate than supervised training at 4 labels per class, "
            "and brings +10.0±5.0 points at best, with 1 label per class, which may be luck "
            "where 2 budgets are looked at.",
        ),
        (
            [],
            [],
            "is not clearly worth it at any budget: +10.0±5.0 points at best, with 1 label per "
            "class, which may be luck where 2 budgets are looked at.",
        ),
        (
            [],
            [1, 4],
            "less accurate than supervised training at every budget, and brings +10.0±5.0",
        ),
    ],
)
def test_a_sure_loss_is_said(
    sure: list[int],
    worse: list[int],
    said: str,
    data: Path,
    make_params: Make,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gains = {1: Interval(0.1, 0.05), 4: Interval(-0.3, 0.05)}
    page = page_of_answers(data, make_params, monkeypatch, gains=gains, sure=sure, worse=worse)
    assert said in page


def page_of_answers(
    data: Path, make_params: Make, monkeypatch: pytest.MonkeyPatch, **changed: Any
) -> str:
    def other(*given: Any) -> Answers:
        return dataclasses.replace(answer(*given), **changed)

    monkeypatch.setattr(together, "answer", other)
    return words_of(data / "page", asked(make_params, TASKS, BUDGETS))


def test_what_does_no_worse_without_pretraining_stands_at_the_top(
    usual: str, data: Path, make_params: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    words_at_the_top = "On validation, pixels, frozen does no worse without pretraining"
    assert words_at_the_top not in usual

    def doubtful(*given: Any) -> Doubts:
        return dataclasses.replace(doubt(*given), rival=Rival(Way("head", "pixels"), 0.13))

    monkeypatch.setattr(together, "doubt", doubtful)
    page = words_of(data / "page", asked(make_params, TASKS, BUDGETS))
    assert f"{words_at_the_top} (+13.0 points)." in page


def test_a_choice_in_the_noise_of_one_class_always_is_said_at_the_top(
    usual: str, data: Path, make_params: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def doubtful(*given: Any) -> Doubts:
        return dataclasses.replace(doubt(*given), no_better=None, in_noise=0.5)

    monkeypatch.setattr(together, "doubt", doubtful)
    page = words_of(data / "page", asked(make_params, TASKS, BUDGETS))
    said = "too few validation images to tell whether it is better than always naming one class: 50"
    assert said in page
    assert said not in usual


def test_weights_of_others_are_named(usual: str) -> None:
    assert "Weights that others trained imagenet: timm/resnet10t, weights c3_in1k, from" in usual


def test_supervised_training_that_is_ahead_stands_at_the_top(
    usual: str, data: Path, make_params: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the page says of an encoder is of the best of those that were pretrained."""
    monkeypatch.setattr("semisup.report.tables.headline.effective_images", lambda *_: 320.0)
    folder = outputs.folder_of(BASELINE.method, BUDGETS[-1])
    set_at_the_top(folder, "validation_top1", 1.0)
    page = words_of(data / "page", asked(make_params, TASKS, BUDGETS))
    said = "nothing that begins with pretraining does better: rotation, self-trained is"
    assert re.search(rf"on test of supervised training, with 16 .*On validation, {said} \d", page)
    assert said not in usual
    for text in (usual, page):
        assert "Labelled training images by the features of rotation, along" in text


def test_a_lead_too_small_for_its_decimals_is_not_called_none(
    data: Path, make_params: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("semisup.report.tables.headline.effective_images", lambda *_: 100_000.0)
    set_at_the_top(data, "validation_top1", 0.9998)
    set_at_the_top(outputs.folder_of(BASELINE.method, BUDGETS[-1]), "validation_top1", 1.0)
    page = words_of(data / "page", asked(make_params, TASKS, BUDGETS))
    assert "is less than 0.1 points behind" in page


def test_a_test_set_of_one_class_is_said_at_the_top(
    usual: str, data: Path, make_params: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On validation there may be other classes: it is no matter of those images."""

    def doubtful(*given: Any) -> Doubts:
        return dataclasses.replace(doubt(*given), no_better=1.0)

    monkeypatch.setattr(together, "doubt", doubtful)
    page = words_of(data / "page", asked(make_params, TASKS, BUDGETS))
    said = "All test images are of one class, so that tells nothing."
    assert said in page
    assert said not in usual
    assert "not clearly better than always naming one class: " not in page


def test_no_gain_is_promised_below_what_there_is(
    data: Path, make_params: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lower(*given: Any) -> Forecast | None:
        found = forecast(*given)
        return found and dataclasses.replace(found, ahead=[Guess(64, 0.1, 0.2, 0.3)])

    monkeypatch.setattr(together, "forecast", lower)
    page = words_of(data / "page", asked(make_params, TASKS, BUDGETS))
    assert "no gain, by a curve fitted to all budgets: about 20.0 % (10.0 to 30.0)." in page
    assert re.search(r"10\.0 to 30\.0\)\s*none\b", page)


def test_what_a_point_costs_goes_by_the_points_that_are_shown(
    data: Path, make_params: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def higher(*given: Any) -> Forecast | None:
        found = forecast(*given)
        return found and dataclasses.replace(found, now=0.8, ahead=[Guess(64, 0.8, 0.825, 0.9)])

    monkeypatch.setattr(together, "forecast", higher)
    page = written(data / "page", asked(make_params, TASKS, BUDGETS))
    (gain,) = re.findall(r'data-gain="(.+?)".*?<td>\+2\.5</td>', page, flags=re.DOTALL)
    assert float(gain) == pytest.approx(2.5)


def test_budgets_that_tell_nothing_of_more_labels_are_named(
    usual: str, data: Path, make_params: Make
) -> None:
    set_at_the_top(data, "labels_used", 20)
    page = words_of(data / "one", asked(make_params, TASKS, BUDGETS))
    told = "A forecast takes three or more budgets that"
    assert f"{told} most classes have enough labels for; 16 labels per class are more" in page
    assert told not in usual


def test_a_forecast_from_a_smaller_budget_is_called_so(
    data: Path, make_params: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the largest ones are far from filled; the labels to buy count from it too."""

    def of_four(*given: Any) -> Forecast | None:
        found, guess = forecast(*given), Guess(8, 0.8, 0.85, 0.9)
        return found and dataclasses.replace(found, largest=4, ahead=[guess], check=guess)

    monkeypatch.setattr(together, "forecast", of_four)
    page = written(data / "page", asked(make_params, TASKS, BUDGETS))
    assert "Twice 4 labels per class, 8 per class, would" in words(page)
    assert "The same forecast, made for 4 labels per class from fewer," in words(page)
    assert re.search(r'<tr data-labels="12".*?<td>8</td>', page, flags=re.DOTALL)


def test_a_single_draw_has_no_means_and_no_intervals(
    usual: str, data: Path, make_params: Make
) -> None:
    for path in data.rglob("results.csv"):
        rows = pd.read_csv(path)
        rows[rows["draw"] == 0].to_csv(path, index=False)
    one = words_of(data / "one", asked(make_params, TASKS, BUDGETS))
    for words_of_several, words_of_one in (
        ("Means over draws with 95% intervals. Col", "A single draw, without intervals. Col"),
        ("Means over draws with 95% intervals. The", "A single draw, without intervals. The"),
    ):
        assert words_of_several in usual
        assert words_of_several not in one
        assert words_of_one in one


def test_labels_that_nothing_can_judge_are_not_called_right(usual: str) -> None:
    assert (
        "cannot be told: it takes at least two classes with 3 labelled training images each"
        in usual
    )
    assert "training images look" not in usual


def test_without_validation_the_draw_is_not_called_the_best_on_it(
    usual: str, data: Path, make_params: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "by the draw that is best on validation. On the diagonal" in usual
    first, *others = reliabilities(BUDGETS)
    found = [dataclasses.replace(first, threshold=None), *others]
    monkeypatch.setattr(reliability, "of_way", lambda *_: found)
    page = words_of(data / "one", asked(make_params, TASKS, BUDGETS))
    assert (
        "best on validation, or by the first where there is no validation. On the diagonal" in page
    )


def test_validation_labels_of_the_budget_count_among_those_that_there_were(
    data: Path, make_params: Make
) -> None:
    """Without images that are set aside: 48 of three classes, and 12 more to choose by."""
    stats = outputs.read_json(outputs.SPLITS / outputs.STATS)
    outputs.write_json(outputs.SPLITS / outputs.STATS, stats | {"validation": 0})
    set_at_the_top(data, "validation_labels", 12)
    page = written(data / "one", asked(make_params, TASKS, BUDGETS))
    assert " 60 labels in all" in words(page)
    assert re.search(r'<tr data-labels="36".*?<td>32</td>', page, flags=re.DOTALL)


def test_no_name_of_a_class_ends_a_script() -> None:
    element = write._environment().from_string("<script>{{ data | in_script }}</script>")
    data = {"</script><b>": "<!-- & 'x'"}
    found = element.render(data=data)
    assert found.count("<") == 2
    assert json.loads(found.removeprefix("<script>").removesuffix("</script>")) == data


def test_labels_to_buy_are_counted_from_those_that_there_were(
    usual_page: str, data: Path, make_params: Make
) -> None:
    """Three classes and 32 labels of each are 96 labels, of which there may be fewer than 48."""
    row = r"<tr data-labels=\"{0}\".*?<td>32</td>.*?<td>{0}</td>"
    assert re.search(row.format(96 - 48), usual_page, flags=re.DOTALL)
    set_at_the_top(data, "labels_used", 40)
    fewer = written(data / "one", asked(make_params, TASKS, BUDGETS))
    assert re.search(row.format(96 - 40), fewer, flags=re.DOTALL)
