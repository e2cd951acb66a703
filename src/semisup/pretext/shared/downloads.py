"""Files of weights from the network: kept in the caches of their libraries, checked by hashes."""

import contextlib
import logging
import os
import socket
import sys
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from pathlib import Path

from torch import hub

from semisup.network.timm_models import HUB
from semisup.pretext.shared.library_errors import shortened
from semisup.workflow.outputs import sha256

SECONDS = 8  # without an answer, until a download is given up
SHA256_DIGITS = 64


def fetched(source: str) -> Path:
    """The file of an address; fetched where it is in no cache.

    Raises:
        OSError, RuntimeError, HTTPException: where it can't be had, or is another file.
    """
    return _on_hub(source) if source.startswith(HUB) else _downloaded(source)


def address(source: str) -> str:
    """Where a browser would find the file."""
    if not source.startswith(HUB):
        return source
    owner, repository, file = source.removeprefix(HUB).split("/", 2)
    site = os.environ.get("HF_ENDPOINT", "https://huggingface.co")
    return f"{site}/{owner}/{repository}/resolve/main/{file}"


def _downloaded(url: str) -> Path:
    """A file of torchvision's or the like, in the cache of torch.hub; its name tells its hash."""
    with _timeout(SECONDS), contextlib.redirect_stdout(sys.stderr):
        folder = Path(hub.get_dir(), "checkpoints")
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / url.rsplit("/", 1)[-1]
        if not path.exists():
            found = hub.HASH_REGEX.search(path.name)
            hub.download_url_to_file(
                url, str(path), found[1] if found else None, progress=sys.stderr.isatty()
            )
    return path


def _on_hub(source: str) -> Path:
    """A file of the Hugging Face hub, in its cache, checked by the hash that the hub names."""
    owner, repository, file = source.removeprefix(HUB).split("/", 2)
    path = _hub_file(f"{owner}/{repository}", file)
    published = path.resolve().name  # the cache calls files by their hashes
    if len(published) == SHA256_DIGITS and sha256(path) != published:
        raise OSError(f"{path} is damaged; delete it")
    return path


def _hub_file(repository: str, file: str) -> Path:
    """Fetch a file of the hub once. Servers that do not answer are given up after `SECONDS`.

    Raises:
        OSError: where it can't be fetched.
    """
    client = import_module("huggingface_hub")
    logging.getLogger("huggingface_hub").setLevel(logging.CRITICAL)
    if not sys.stderr.isatty():
        client.utils.disable_progress_bars()
    fetch = partial(client.hf_hub_download, repository, file, token=False)
    with contextlib.suppress(OSError):  # where it is not in the cache
        return Path(fetch(local_files_only=True))
    try:
        # asked first, since a download tries for long
        url = client.hf_hub_url(repository, file)
        client.get_hf_file_metadata(url, timeout=SECONDS, token=False)
        return Path(fetch(etag_timeout=SECONDS))
    except Exception as error:  # of its client for HTTP, which is another in each version
        raise OSError(shortened(error)) from None


@contextlib.contextmanager
def _timeout(seconds: float) -> Iterator[None]:
    """Give up on servers that do not answer; torch.hub itself would wait for ever."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
