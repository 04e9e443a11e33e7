from functools import partial
from pathlib import Path

import httpx
import pytest

from freshet.errors import NotFound
from freshet.stores.aws import Service
from freshet.stores.objects import Objects
from tests.stack import Stack


@pytest.fixture
def objects(cloud: Stack) -> Objects:
    return Objects(Service("s3", "bucket"), cloud.outputs["BucketName"], "tests")


async def post(upload: dict[str, object], data: bytes, **changed: str) -> httpx.Response:
    fields = {**upload["fields"], **changed}  # type: ignore[dict-item]  # a dictionary, see presign_upload
    async with httpx.AsyncClient() as client:
        return await client.post(str(upload["url"]), data=fields, files={"file": data})


async def test_what_was_put_is_downloaded_until_it_is_deleted(objects: Objects, tmp_path: Path) -> None:
    await objects.put("ann", "a/original", "你好".encode(), content_type="text/plain")
    await objects.download("ann", "a/original", tmp_path / "out")
    assert (tmp_path / "out").read_text() == "你好"
    await objects.delete("ann", "a/original")
    await objects.delete("ann", "a/original")
    with pytest.raises(NotFound):
        await objects.download("ann", "a/original", tmp_path / "out")


async def test_small_objects_are_read_at_once(objects: Objects) -> None:
    data = "你好".encode() + b"\x00\xff"
    await objects.put("ann", "g/original", data, content_type="application/octet-stream")
    assert await objects.get("ann", "g/original") == data
    for owner, name in (("bob", "g/original"), ("ann", "g"), ("ann", "nothing")):
        with pytest.raises(NotFound):
            await objects.get(owner, name)


async def test_a_presigned_post_takes_one_file_of_the_promised_size_and_place(
    objects: Objects, tmp_path: Path
) -> None:
    upload = await objects.presign_upload("ann", "b/original", content_type="text/plain", max_bytes=10)
    assert (await post(upload, b"x" * 11)).status_code == 400
    assert (await post(upload, b"")).status_code == 400
    assert (await post(upload, b"x", key="tests/bob/b/original")).status_code == 403
    assert (await post(upload, b"x" * 10)).is_success
    await objects.download("ann", "b/original", tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == b"x" * 10


async def test_a_download_comes_under_its_own_name(objects: Objects) -> None:
    await objects.put("ann", "c/original", b"1", content_type="text/plain")
    url = await objects.presign_download(
        "ann", "c/original", filename='员"工\n.txt', content_type="text/plain"
    )
    async with httpx.AsyncClient() as client:
        response = await client.get(url)
    assert response.content == b"1"
    assert (
        response.headers["content-disposition"] == "attachment; filename*=UTF-8''%E5%91%98%22%E5%B7%A5%0A.txt"
    )


async def test_an_owners_objects_are_listed_by_prefix_over_many_pages(
    objects: Objects, cloud: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    for owner, name in (("list", "a/2"), ("list", "a/1"), ("list", "b/1"), ("list2", "a/3")):
        await objects.put(owner, name, b"", content_type="text/plain")
    assert await objects.names("list", "a/") == ["a/1", "a/2"]
    assert await objects.names("list", "c/") == []
    call = objects._service.call
    monkeypatch.setattr(objects._service, "call", partial(call, MaxKeys=1))
    assert await objects.names("list", "") == ["a/1", "a/2", "b/1"]


@pytest.mark.parametrize(
    ("region", "suffix"),
    [
        ("us-east-1", "us-east-1.amazonaws.com"),
        ("eu-central-1", "eu-central-1.amazonaws.com"),
        ("cn-north-1", "cn-north-1.amazonaws.com.cn"),
    ],
)
async def test_uploads_go_to_the_bucket_in_its_region(
    monkeypatch: pytest.MonkeyPatch, region: str, suffix: str
) -> None:
    """On AWS itself; nothing is sent. That is the origin which `infra/data.yaml` names."""
    for name in ("AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    service = Service("s3", "bucket")
    upload = await Objects(service, "freshet-1-a", "tests").presign_upload(
        "ann", "b", content_type="text/plain", max_bytes=1
    )
    await service.aclose()
    assert upload["url"] == f"https://freshet-1-a.s3.{suffix}/"
