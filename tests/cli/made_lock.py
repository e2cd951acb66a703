"""dvc.lock, as DVC writes it, of made-up stages."""

from collections.abc import Mapping

import yaml

Said = dict[str, object]  # of a stage


def ran(
    deps: Mapping[str, str] | None = None,
    outs: Mapping[str, str] | None = None,
    settings: Mapping[str, object] | None = None,
) -> Said:
    """A stage by the hashes of what it read and made, and by its settings."""
    files = {"deps": deps, "outs": outs}
    said: Said = {
        kind: [{"path": path, "hash": "md5", "md5": md5} for path, md5 in of_kind.items()]
        for kind, of_kind in files.items()
        if of_kind
    }
    return {"cmd": "x"} | said | ({"params": {"params.yaml": {**settings}}} if settings else {})


def lock_of(stages: Mapping[str, Said]) -> str:
    return yaml.safe_dump({"schema": "2.0", "stages": {**stages}}, sort_keys=False)
