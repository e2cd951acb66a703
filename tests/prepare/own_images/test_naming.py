"""What classes are called, by a file."""

import pytest

from semisup.prepare.own_images.naming import names_of, read_names
from semisup.workflow.errors import UserError


@pytest.mark.parametrize(
    ("where", "content"),
    [
        ("words.txt", "n01\tcat, house cat\nn02\tdog\n"),
        ("LOC_synset_mapping.txt", "n01 cat, house cat\nn02 dog\n"),
        ("classes.tsv", "wnid\tname\tcount\nn01\tcat, house cat\t7\nn02\tdog\t8\n"),
        ("class_names.csv", 'class,name\nn01,"cat, house cat"\nn02,dog\n'),
        ("class_names.json", '{"n01": "cat, house cat", "n02": "dog"}'),
    ],
)
def test_kinds_of_files(where: str, content: str) -> None:
    names = read_names(content.encode(), where)
    assert {key: names[key] for key in ("n01", "n02")} == {"n01": "cat, house cat", "n02": "dog"}


@pytest.mark.parametrize("content", ["[1]", "{", "7"])
def test_json_that_is_no_object(content: str) -> None:
    with pytest.raises(UserError, match=r'a.json: must be an object as \{"class": "name"\}'):
        read_names(content.encode(), "a.json")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"1": "cat, tom", "2": "dog"}, {"1": "cat", "2": "dog"}),
        ({"1": "crane, bird", "2": "crane, machine"}, {"1": "crane, bird", "2": "crane, machine"}),
        ({"1": "crane", "2": "crane"}, {"1": "crane (1)", "2": "crane (2)"}),
        ({"1": "cat", "7": "crane"}, {"1": "cat"}),
        ({"1": "2, two"}, {"1": "2, two"}),  # a class that has no name is called 2
    ],
)
def test_no_two_classes_are_called_alike(given: dict[str, str], expected: dict[str, str]) -> None:
    assert names_of(["1", "2"], given) == expected
