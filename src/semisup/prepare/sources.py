"""The source of images that params.yaml names."""

from collections import deque
from contextlib import closing

from semisup.params.loading import Params
from semisup.prepare.records import Candidates, Decoded, GivenSplit, Outcome, Record
from semisup.workflow.notes import Notes


def candidates(params: Params, done: deque[Outcome], notes: Notes) -> Candidates:
    """Every image that the source has, with its pixels, or why a file is left out.

    The first ones, whose outcomes are `done`, are left out.

    Raises:
        UserError: where the source can't be read.
    """
    data = params.data
    if data.source == "glyphs":
        yield from _glyphs(params, len(done))
    elif data.source == "folder":
        yield from _folder(params, done, notes)
    else:
        from semisup.prepare.known_sets import torchvision_sets

        yield from torchvision_sets.candidates(data.torchvision, data, len(done))


def _folder(params: Params, done: deque[Outcome], notes: Notes) -> Candidates:
    from semisup.prepare.decoding.decoders import Decoder
    from semisup.prepare.own_images import folder
    from semisup.prepare.own_images.plan import Plan
    from semisup.prepare.own_images.plan_checks import check_classes, check_rows
    from semisup.prepare.own_images.watched import warn_of_unwatched

    data = params.data
    warn_of_unwatched(data.folder, notes)
    decoder = Decoder(data.image_size, data.fit, data.max_megapixels, params.compute)
    with closing(decoder):  # it starts while names are read
        plan = Plan(data.folder, notes)
        check_rows(plan, data.max_rejected_fraction)
        check_classes(plan)
        yield from folder.candidates(plan, data, decoder, done)


def beside(params: Params) -> list[str]:
    """What the source reads outside of what dvc.yaml names."""
    if params.data.source != "folder":
        return []
    from semisup.prepare.own_images.watched import unwatched

    return unwatched(params.data.folder)


def _glyphs(params: Params, done: int) -> Candidates:
    from tqdm import tqdm

    from semisup.prepare.known_sets.glyphs import Glyphs
    from semisup.prepare.known_sets.typefaces import alphabet

    settings = params.data.glyphs
    glyphs = Glyphs(settings.classes, params.data.image_size, settings.clutter, params.seed)
    names = class_names(alphabet(settings.classes))
    sizes: dict[GivenSplit, int] = {
        "train": settings.train_images,
        "test": settings.test_images,
    }
    total = sum(sizes.values())
    bar = tqdm(total=total, initial=done, desc="drawing letters", disable=None, leave=False)
    with bar:
        for stream, (split, size) in enumerate(sizes.items()):
            first = min(done, size)
            done -= first
            labels = glyphs.labels(first, size)
            images = (image for chunk in glyphs.chunks(first, size, stream) for image in chunk)
            for number, (image, label) in enumerate(zip(images, labels, strict=True), first):
                record = Record(f"glyphs/{split}/{number:06d}", names[label], split)
                yield record, Decoded.of(image)
                bar.update()


def class_names(characters: str) -> list[str]:
    """The characters themselves; `U+00E9` and the like beyond ASCII."""
    return [char if char.isascii() else f"U+{ord(char):04X}" for char in characters]
