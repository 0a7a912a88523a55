"""What the server and the process of pipelines send each other: MessagePack, for neither unpickles what comes."""

from __future__ import annotations

import msgspec


class Asked(msgspec.Struct, array_like=True):
    """Rows for a pipeline.

    Attributes
    ----------
    folder : str
        Of its package, which the process reads itself.
    sha256 : str
        Of the file that is meant.
    rows : list of tuple
        As `scoring.pipelines.PipelinePackage.read_row` gives them; without any, the pipeline is only loaded.
    """

    folder: str
    sha256: str
    rows: list[tuple[str | int | float | bool | None, ...]]


class Told(msgspec.Struct, array_like=True):
    """What the pipeline says.

    Attributes
    ----------
    probabilities : list of float or str
        For each row; a text says why there is none.
    refused : str or None
        Why the pipeline cannot be asked at all.
    """

    probabilities: list[float | str]
    refused: str | None = None


write_message = msgspec.msgpack.Encoder().encode
read_asked = msgspec.msgpack.Decoder(Asked).decode
read_told = msgspec.msgpack.Decoder(Told).decode
