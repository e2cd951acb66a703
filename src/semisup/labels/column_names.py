"""What columns of tables are called, by what they hold."""

import re
from collections.abc import Sequence

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
        grade level diagnostic finding tags condition
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


_IS_X = re.compile(  # x_coord, center_x, and of [x,y], cut at its comma
    r"x(\d|min|max|coord\w*|pos\w*|cent(er|re)|pixels?|loc\w*)?|"
    r"\w*(coord\w*|pos(ition)?|cent(er|re)|pixel|spacing|loc(ation)?|offset|tile|col)x"
)
_OF_LABELS = {"label", "labels", "class", "classes", "category", "diagnosis", "species"}


def plain(name: str) -> str:
    """A column's name without case, spaces and the like."""
    return re.sub(r"[\W_]+", "", name.casefold())


def with_word(names: Sequence[str]) -> list[int]:
    """Positions of those that are not known, but have label or the like among their words."""
    return [
        at
        for at, name in enumerate(names)
        if not _OF_LABELS.isdisjoint(re.findall(r"[a-z]+", name.lower()))
    ]


def fitting(what: str, names: list[str]) -> list[str]:
    """Those of these plain names that say what a column holds, best first."""
    return [name for name in NAMES[what] if name in names and not _is_coordinate(name, names)]


def _is_coordinate(name: str, names: list[str]) -> bool:
    return name == "y" and any(_IS_X.fullmatch(other) for other in names)
