"""The source of images that params.yaml names."""

from semisup.data.records import Candidates, GivenSplit, Record
from semisup.params import Params


def candidates(params: Params) -> Candidates:
    """Every image that the source has, with its pixels, or why a file is left out.

    Raises:
        UserError: where the source can't be read.
    """
    data = params.data
    if data.source == "glyphs":
        yield from _glyphs(params)
    elif data.source == "folder":
        from semisup.data import folder

        yield from folder.candidates(data.folder, data, params.compute.cpu_threads())
    else:
        from semisup.data import torchvision_sets

        yield from torchvision_sets.candidates(data.torchvision, data)


def _glyphs(params: Params) -> Candidates:
    from tqdm import tqdm

    from semisup.data.glyphs import Glyphs, alphabet

    settings = params.data.glyphs
    glyphs = Glyphs(settings.classes, params.data.image_size, settings.clutter, params.seed)
    names = class_names(alphabet(settings.classes))
    sizes: dict[GivenSplit, int] = {
        "train": settings.train_images,
        "test": settings.test_images,
    }
    bar = tqdm(total=sum(sizes.values()), desc="drawing letters", disable=None, leave=False)
    with bar:
        for stream, (split, size) in enumerate(sizes.items()):
            labels = glyphs.labels(0, size)
            images = (image for chunk in glyphs.chunks(0, size, stream) for image in chunk)
            for number, (image, label) in enumerate(zip(images, labels, strict=True)):
                record = Record(f"glyphs/{split}/{number:06d}", names[label], split)
                yield record, image
                bar.update()


def class_names(characters: str) -> list[str]:
    """The characters themselves; `U+00E9` and the like beyond ASCII."""
    return [char if char.isascii() else f"U+{ord(char):04X}" for char in characters]
