"""Tables without a line that names the columns."""

import pytest
from made_tables import labels, rows

from semisup.workflow.errors import UserError


def test_a_list_of_mxnet() -> None:
    """A count, the number of the class, the path."""
    lines = "".join(f"{n}\t{n % 2}.000000\t{n}.png\n" for n in range(8))
    assert [*labels(lines, "train.lst").values()] == ["0", "1"] * 4
    with pytest.raises(UserError, match="the label may be in several; put a first line"):
        rows(lines.replace("\t0.0", "\t9\t0.0").replace("\t1.0", "\t8\t1.0"), "train.lst")


def test_words_beside_a_count() -> None:
    lines = "".join(f"{n},{n}.png,{'ab'[n % 2]}\n" for n in range(8))
    assert [*labels(lines).values()] == ["a", "b"] * 4
