"""What columns of tables are called, by what they hold."""

import re
from collections.abc import Iterable, Sequence

KEY = "data.folder.columns"
# the first that a table has counts; compared as `plain` has them
NAMES: dict[str, tuple[str, ...]] = {
    what: tuple(names.split())
    for what, names in {
        "path": """
        path filepath filename file imagepath imgpath imagefile imagefilename imagename imgname
        image img images files filepaths filenames photo picture imageid imgid idcode photoid
        uri imageuri id name
        datei dateiname bild fichier nomdefichier archivo imagen
        """,
        "label": """
        label labels class classname labelname category categoryname target diagnosis dx species
        breed groundtruth classlabel y classes tag classid labelid categoryid disease defect
        grade cls classification
        klasse kategorie classe catégorie categorie clase categoría etiqueta
        """,
        "split": """
        split datasplit datasetsplit subset partition set usage phase dataset istrain istraining
        istrainingimg istrainingimage traintest istest istesting isvalid isval isvalidation
        """,
        "group": """
        group groupid patient patientid subject subjectid participant participantid person
        personid individual individualid animalid caseid lesion lesionid specimen specimenid
        slide slideid part partid plantid video videoid sequenceid seqid sceneid burstid studyid
        sampleid
        """,
    }.items()
}
# the label, or a class in a column of its own
MAY_BE_CLASS = {"disease", "defect", "tag", "grade", "species", "breed"}
# the label where nothing else is
WEAK = ("level", "diagnostic", "finding", "findings", "tags", "condition", "choice", "choices")
_IS_X = re.compile(  # beside it, y is a place: x_coord, center_x, or spacing[x of spacing[x,y]
    r"x(min|max|coord\w*|pos\w*|cent(er|re)|pixels?|loc\w*)?|"
    r"\w*(coord\w*|pos(ition)?|cent(er|re)|pixel|spacing|loc(ation)?|offset|tile|col|box)x"
)
_RANKS = {"kingdom", "phylum", "order", "family", "genus"}
_OF_LABELS = {"label", "labels", "class", "classes", "category", "diagnosis", "species"}
_ABOUT_LABELS = {  # not the label, but what is known of it
    *("date", "time", "year", "by", "confidence", "score", "prob", "probability", "weight"),
    *("source", "id", "count", "num", "number", "type", "set", "file", "path", "url", "old", "no"),
    *("hash", "status"),
}
_OWNER = re.compile(  # of which images may be several, though the name is none of those above
    r"(patient|subject|participant|person|individual|animal|lesion|specimen|slide|video|scene|case|"
    r"donor|mouse|eye|track|clip|sequence|seq|burst|event|episode|encounter|deployment|location|camera|"
    r"station)(number|num|no|nr|code|key|name|identifier|idx|index|uid|uuid|id|ref|hash|pseudonym)+|"
    r"sequence|burst|episode|encounter|deployment|location|camera|station|scene|donor|"
    r"study|plate|well|plant|tree|plot|site"
)


def plain(name: str) -> str:
    """A column's name without case, spaces and the like."""
    return re.sub(r"[\W_]+", "", name.casefold())


def has(what: str, names: Iterable[str]) -> bool:
    """Whether a column of paths, labels and the like is found by its name."""
    return any(plain(name) in NAMES[what] for name in names)


def weak_labels(names: Sequence[str]) -> list[int]:
    """Positions of columns that may hold the label: Finding Labels, level, but not label_date."""
    words = [{*re.findall(r"[a-z]+", name.lower())} for name in names]
    named_so = [
        at
        for at, its in enumerate(words)
        if not _OF_LABELS.isdisjoint(its) and _ABOUT_LABELS.isdisjoint(its)
    ]
    return named_so or [at for at, name in enumerate(names) if plain(name) in WEAK]


def fitting(what: str, names: list[str]) -> list[str]:
    """Those of these plain names that say what a column holds, best first."""
    found = [name for name in NAMES[what] if name in names and not _is_coordinate(name, names)]
    return [name for name in found if name != "class" or not _is_rank_beside(names)]


def may_be_group(name: str) -> bool:
    """Whether a column of this name may hold patients, places or the like: Patient Number."""
    return _OWNER.fullmatch(plain(name)) is not None


def _is_coordinate(name: str, names: list[str]) -> bool:
    return name == "y" and any(_IS_X.fullmatch(other) for other in names)


def _is_rank_beside(names: list[str]) -> bool:
    """Whether `class` is one of the ranks of animals and plants, beside order, family and genus."""
    return len(_RANKS.intersection(names)) > 1
