"""`semisup predict`: a classifier on files, and its exit status."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from semisup.cli import lockfile
from semisup.compute.device import Runtime
from semisup.params import loading
from semisup.predict import files, which
from semisup.predict.loaded import ImageClassifier, load
from semisup.workflow import outputs
from semisup.workflow.errors import UserError

SOME_UNREADABLE = 1  # status; 2 is that of a user's mistake


@dataclass(frozen=True)
class Model:
    """The options that name a classifier."""

    folder: Path | None
    method: str | None
    task: str | None
    budget: int | None

    def open(self, runtime: Runtime) -> ImageClassifier:
        """It, on the device.

        Raises:
            UserError: where options contradict each other, or it is not there or of other images.
        """
        options = {"--method": self.method, "--task": self.task, "--budget": self.budget}
        given = [name for name, value in options.items() if value is not None]
        if self.folder is not None and given:
            raise UserError(f"--model and {given[0]}: two classifiers; leave one out")
        if self.method is not None:
            lockfile.check_inputs(which.stage_of(self.method, self.task, self.budget))
            data = loading.load().data  # files become pixels by these two
            lockfile.check_setting("prepare", "data.fit", data.fit)
            lockfile.check_setting("prepare", "data.max_megapixels", data.max_megapixels)
            return which.of_stages(self.method, self.task, self.budget, runtime)
        if given:
            raise UserError("--task and --budget: of which method? add --method, such as finetune")
        return load(self.folder or outputs.MODEL, str(runtime.device))


def predict(paths: Sequence[str], named: Model, out: Path, top: int) -> int:
    """Write the table, print what became of the files; returns the exit status.

    Raises:
        UserError: on options that can't be, and where the classifier or a path is not there.
    """
    compute = which.compute_settings(elsewhere=named.folder is not None)
    runtime = which.start(compute)
    model = named.open(runtime)
    model.fuse()
    counts = files.predict(model, paths, out, top, compute, runtime)
    for line in counts.unreadable:
        print(f"can't be read: {line}", file=sys.stderr)
    if counts.failed > len(counts.unreadable):
        print(f"and {counts.failed - len(counts.unreadable)} more, in {out}", file=sys.stderr)
    print(files.summary(counts, model, out))
    return SOME_UNREADABLE if counts.failed else 0
