"""What systems and programs leave beside a user's images: neither images nor classes.

`.dvcignore` has the same names, so that none of them makes a stage run again; but `Icon\\r`, since
no rule there can end so.
"""

import re

from semisup.labels.endings import is_image

# compared without regard to case
NAMES = (
    *("__MACOSX", "Icon\r", "Network Trash Folder", "Temporary Items"),  # macOS
    *("Thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini"),  # Windows
    *("$RECYCLE.BIN", "RECYCLER", "System Volume Information"),
    *("@eaDir", "#recycle", "#snapshot", "@tmp", "@sharebin"),  # Synology
    *("@Recycle", "@Recently-Snapshot"),  # QNAP
    *("lost+found", "__pycache__", "found.000", "Picasa.ini", "ZbThumbnail.info"),
)
PREFIXES = (".", "~$", "SYNOFILE_THUMB")  # a dot: of Unix, Git, Jupyter, macOS, QNAP's thumbnails
SUFFIXES = (":Zone.Identifier",)  # what Windows' mark of a download becomes on other systems

_NAMES = frozenset(name.lower() for name in NAMES)
_PREFIXES, _SUFFIXES = (tuple(name.lower() for name in names) for names in (PREFIXES, SUFFIXES))


def is_junk(name: str) -> bool:
    """Whether a file or folder of this name is passed over without a word."""
    lower = name.lower()
    return lower in _NAMES or lower.startswith(_PREFIXES) or lower.endswith(_SUFFIXES)


# files that lie beside images in data sets: left out and listed, but no sign of broken images
COMPANIONS = (
    *(".parquet", ".arrow", ".txt", ".csv", ".tsv", ".json", ".jsonl", ".xml", ".md", ".rst"),
    *(".html", ".htm", ".pdf"),
    *(".yaml", ".yml", ".toml", ".cfg", ".ini", ".log", ".lst", ".names", ".py", ".ipynb", ".sh"),
    *(".mat", ".doc", ".docx", ".xls", ".xlsx", ".db", ".dvc", ".lnk", ".url", ".sha256", ".md5"),
    *(".h5", ".hdf5", ".mdb", ".dat", ".tfrec", ".tfrecord", ".tfrecords"),  # data in other forms
    *(".pth", ".pt", ".ckpt", ".pkl", ".pickle", ".onnx", ".tflite", ".safetensors"),  # weights
    *(".m", ".r", ".js", ".css", ".c", ".cpp", ".java", ".tmp", ".bak"),
    *(".npy", ".xmp", ".aae", ".thm", ".mov"),  # of cameras and programs for photographs
    *(".tfw", ".jgw", ".jpw", ".pgw", ".gfw", ".bpw", ".wld", ".prj", ".ovr"),  # where on earth
    *(".geojson", ".kml", ".gpx", ".shp", ".shx", ".dbf", ".cpg"),
    *(".cls", ".lbl", ".rdf", ".bib", ".rtf", ".cache", ".labels", ".manifest", ".ndjson"),
    *(".mp4", ".avi", ".m4v", ".3gp", ".mkv", ".webm", ".mts", ".wmv", ".mpg", ".mpeg"),
    *(".mp3", ".m4a", ".wav"),
)
_COMPANION_NAMES = re.compile(
    r"(readme|licen[cs]e|copying|makefile|changelog)([ _.-][a-z _-]*)?"
    r"|_ds_store|thumbs\.db:encryptable"  # what becomes of junk on other systems
)
_SHARD = re.compile(r"-\d+-of-\d+$")  # of a file in parts: train.tfrecord-00001-of-00003


def whole_name(name: str) -> str:
    """Without what says which part of a whole a file is."""
    return _SHARD.sub("", name) if "-of-" in name else name


def is_companion(name: str) -> bool:
    """Whether a file is, by its name or path, text about images and no image."""
    lower = whole_name(name.lower().rpartition("/")[2])
    if lower.endswith(COMPANIONS):
        return True
    # license.jpg may show a driver's
    return _COMPANION_NAMES.fullmatch(lower) is not None and not is_image(lower)
