"""A model's files: read once, as bytes, and compared with what its manifest states."""

import hashlib

from ichviewer.analysis.graph import check_graph
from ichviewer.analysis.manifest import Manifest, ModelFile
from ichviewer.errors import ModelError
from ichviewer.language import tr

_MAX_MODEL_BYTES = 512 << 20


def read_networks(manifest: Manifest) -> tuple[bytes, bytes | None]:
    """The bytes of a model's network, and of the one for whole scans where it has one.

    Raises
    ------
    ModelError
        Where a file is missing, altered, or holds what no model of ours needs.
    """
    whole = manifest.in_scan
    first = _read(manifest, manifest.network)
    return first, _read(manifest, whole.network) if whole else None


def _read(manifest: Manifest, network: ModelFile) -> bytes:
    path = manifest.folder / network.file
    if not path.is_file():
        raise ModelError(
            tr(
                "The model {title} is incomplete: {path} is missing. Copy its folder again.",
                title=manifest.title,
                path=path,
            )
        )
    if path.stat().st_size != network.size_bytes or network.size_bytes > _MAX_MODEL_BYTES:
        raise _altered(manifest, network, tr("its size is not the one its manifest states"))
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != network.sha256:
        raise _altered(manifest, network, tr("its SHA-256 is not the one its manifest states"))
    check_graph(data, manifest.title)
    return data


def _altered(manifest: Manifest, network: ModelFile, why: str) -> ModelError:
    return ModelError(
        tr(
            "The model {title} was altered or damaged and is not used: {path}, {why}. Copy its "
            "folder again from where you have it.",
            title=manifest.title,
            path=manifest.folder / network.file,
            why=why,
        )
    )
