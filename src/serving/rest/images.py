"""Pictures of products: sent, listed, put in order, taken away, and given out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import File, Request, UploadFile
from fastapi.responses import FileResponse, Response
from pydantic import Field

from commerce.catalogue import images, search
from commerce.records.errors import CommerceError
from commerce.records.tenants import Tenant
from serving.errors import InvalidRequest, MediaMissing, NotAPicture, TooLarge
from serving.media import files, pictures
from serving.rest.deps import Asking, Listing, Looking, Page, Resource
from serving.rest.desk import Desk
from serving.rest.fields import Key, Question, Told, example
from serving.rest.refusals import refusals, refuse
from serving.settings import DoorSettings

router = Resource("products", "/api", tag="images")

MEDIA = "/media"
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
Sent = Annotated[UploadFile | None, File(examples=["mug.jpg"])]


class Order(Question):
    """Every picture of a product, in the order they are to be shown."""

    model_config = example(images=["5c9f0c1e-6a0f-5f0b-9d3a-0c4f8f6d2b17"])

    images: list[UUID] = Field(max_length=images.MOST)


class SizeAnswer(Told):
    """A picture in one size, in pixels."""

    url: str
    width: int
    height: int


class ImageAnswer(Told):
    """A picture; `url` is its largest size. What a URL gives never changes."""

    model_config = example(
        id="5c9f0c1e-6a0f-5f0b-9d3a-0c4f8f6d2b17",
        product_id="0b0e5f0a-6f0c-4a51-9d4e-1f2f5b8f9c55",
        position=1,
        url="/media/1/8f14e45f.webp",
        sizes=[{"url": "/media/1/8f14e45f.webp", "width": 640, "height": 480}],
    )

    id: UUID
    product_id: UUID
    position: int
    url: str
    sizes: list[SizeAnswer]


class RefusedFile(Told):
    """A file that was not kept, and why."""

    name: str | None
    detail: str


class BulkAnswer(Told):
    """What came of each of many files."""

    model_config = example(
        kept=[], refused=[{"name": "mug.txt", "detail": "picture must be a JPEG, PNG or WebP file"}]
    )

    kept: list[ImageAnswer]
    refused: list[RefusedFile]


@router.get("/products/{product_id}/images", summary="List the pictures of a product")
def list_images(
    work: Looking, page: Page, request: Request, product_id: Key
) -> Listing[ImageAnswer]:
    """In their order."""
    found = images.list_images(work, search.view(work, product_id).id)
    return page.of_all(found, lambda each: _told(request, work.tenant, each))


@router.post(
    "/products/{product_id}/upload-image",
    status_code=201,
    summary="Send a picture of a product",
    responses=refusals(415),
)
def upload_image(
    desk: Asking, request: Request, product_id: Key, image: Sent = None, file: Sent = None
) -> ImageAnswer:
    """As the form's `image` or `file`: JPEG, PNG or WebP. It is kept in several sizes, without its metadata."""
    meant, sent = _own(desk, product_id), image or file
    if sent is None:
        raise InvalidRequest(
            "image must be sent in a form; got none. Send it as `image`.", field="image"
        )
    return _kept(desk, request, meant, sent)


@router.post(
    "/products/{product_id}/images",
    status_code=201,
    summary="Send many pictures of a product",
    responses=refusals(415),
)
def upload_images(
    desk: Asking,
    request: Request,
    product_id: Key,
    sent: Annotated[
        list[UploadFile], File(alias="files", max_length=images.MOST, examples=[["mug.jpg"]])
    ] = [],  # noqa: B006
) -> BulkAnswer:
    """As the form's `files`; one that is refused is reported, the others are kept."""
    meant = _own(desk, product_id)
    answer = BulkAnswer(kept=[], refused=[])
    for each in sent:
        try:
            answer.kept.append(_kept(desk, request, meant, each))
        except (NotAPicture, TooLarge, CommerceError) as error:
            answer.refused.append(RefusedFile(name=each.filename, detail=str(error)))
    return answer


@router.put("/products/{product_id}/images/order", summary="Put pictures in order")
def reorder_images(
    desk: Asking, request: Request, product_id: Key, body: Order
) -> list[ImageAnswer]:
    """Each of the product's pictures once."""
    meant = _own(desk, product_id)
    with desk.working() as work:
        images.reorder(work, meant, body.images)
        found = images.list_images(work, meant)
    return [_told(request, desk.tenant, each) for each in found]


@router.get("/images/{image_id}", summary="Read a picture's sizes")
def read_image(work: Looking, request: Request, image_id: UUID) -> ImageAnswer:
    """Where each is found."""
    return _told(request, work.tenant, images.get(work, image_id))


@router.delete("/images/{image_id}", status_code=204, summary="Take a picture away")
def remove_image(desk: Asking, request: Request, image_id: UUID) -> None:
    """Its files too, unless another picture of the shop is the same."""
    folder = _folder(request, desk.tenant)
    with desk.working() as work:
        unused = images.remove(work, image_id)
    for name in unused:
        files.drop(folder, name)


def give_out(request: Request) -> Response:
    """Give a picture to whoever has its name, to be kept for ever."""
    door: DoorSettings = request.app.state.door
    shop, name = request.path_params["shop"], request.path_params["name"]
    found = None if door.media is None else files.find(door.media, shop, name)
    if found is None:
        return refuse(request, 404, "picture must exist; got another name. Check it.")
    return FileResponse(found, headers=_FOR_EVER, media_type="image/webp")


router.add_route("/media/{shop}/{name}", give_out, include_in_schema=False)


def _own(desk: Desk, product_id: str) -> UUID:
    with desk.looking() as work:
        return images.require_own(work, product_id)


def _kept(desk: Desk, request: Request, product_id: UUID, sent: UploadFile) -> ImageAnswer:
    """Read a picture, write its files, and then say that they are there."""
    folder, door = _folder(request, desk.tenant), request.app.state.door
    data = sent.file.read(pictures.LARGEST + 1)
    written = pictures.read(data, door.image_sizes)
    for size in written:
        files.keep(folder, size.name, size.data)
    told = [{"width": each.width, "height": each.height, "name": each.name} for each in written]
    with desk.working() as work:
        made = images.get(work, images.add(work, product_id, told))
    return _told(request, desk.tenant, made)


def _folder(request: Request, tenant: Tenant) -> Path:
    door: DoorSettings = request.app.state.door
    if door.media is None:
        raise MediaMissing
    return door.media / str(tenant.id)


def _told(request: Request, tenant: Tenant, image: images.Image) -> ImageAnswer:
    base = f"{request.app.state.door.media_base_url or MEDIA}/{tenant.id}"
    sizes: list[dict[str, Any]] = [
        {"url": f"{base}/{each['name']}", "width": each["width"], "height": each["height"]}
        for each in image.files
    ]
    return ImageAnswer.model_validate({**image._asdict(), "url": sizes[-1]["url"], "sizes": sizes})
