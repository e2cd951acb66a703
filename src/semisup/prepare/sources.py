"""The source of images that params.yaml names."""

from collections import deque
from contextlib import closing

from semisup.params.loading import Params
from semisup.prepare.records import Candidates, Outcome
from semisup.workflow.notes import Notes


def candidates(params: Params, done: deque[Outcome], notes: Notes) -> Candidates:
    """Every image that the source has, with its pixels, or why a file is left out.

    The first ones, whose outcomes are `done`, are left out.

    Raises:
        UserError: where the source can't be read.
    """
    data = params.data
    if data.source == "glyphs":
        from semisup.prepare.known_sets import glyphs

        yield from glyphs.candidates(data.glyphs, data.image_size, params.seed, len(done))
    elif data.source == "folder":
        yield from _folder(params, done, notes)
    else:
        from semisup.prepare.known_sets import torchvision_sets

        yield from torchvision_sets.candidates(data.torchvision, data, notes, len(done))


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
