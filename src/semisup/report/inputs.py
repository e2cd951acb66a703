"""All that a report is made of, as the stages before it left it."""

from dataclasses import dataclass

import pandas as pd

from semisup.data.dataset import ImageData, open_data
from semisup.params.loading import Params
from semisup.report.facts import Facts, read_facts
from semisup.report.methods import POOL_ALONE, Way, ways
from semisup.report.tables.headline import in_headline
from semisup.report.tables.results import read_results


@dataclass(frozen=True)
class Inputs:
    """What params.yaml asks for, whatever else lies in data/.

    ways: that are compared; every: their results and those of the control, a row per method, task,
    budget and draw; results: the same with the headline figure as `SCORE`; facts: of the images and
    the pretext tasks; data: the images.
    """

    ways: list[Way]
    every: pd.DataFrame
    results: pd.DataFrame
    facts: Facts
    data: ImageData


def read_inputs(params: Params) -> Inputs:
    """Read what a report is made of from data/.

    Raises:
        UserError: where a stage has not run.
    """
    compared = ways(params.pretext_tasks, params.finetune_tasks)
    every = read_results(compared, params.label_budgets)
    if params.control_budgets:
        of_control = read_results([POOL_ALONE], params.control_budgets)
        every = pd.concat([every, of_control], ignore_index=True)
    data = open_data()
    facts = read_facts(compared, params, data)
    results = in_headline(every, data, params.split.within_budget_fraction)
    return Inputs(compared, every, results, facts, data)
