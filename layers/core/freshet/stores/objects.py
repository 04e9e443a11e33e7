"""S3 objects. Every key is `<area>/<owner>/<name>`: an owner can only ever reach below their own prefix."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel

from freshet.stores.aws import Service

UPLOAD_EXPIRES_S = 3600  # long enough for 100 MB over a slow line
DOWNLOAD_EXPIRES_S = 300
DOWNLOAD_TIMEOUT_S = 60.0  # 100 MB take a few seconds within a region


class PresignedPost(BaseModel):
    """Send a multipart/form-data POST to `url` with all `fields`, and the file last, as `file`."""

    url: str
    fields: dict[str, str]


class Objects:
    """One area of the bucket."""

    def __init__(self, service: Service, bucket: str, area: str) -> None:
        self._service = service
        self._bucket = bucket
        self._area = area

    def key(self, owner: str, name: str) -> str:
        """Where the object lies in the bucket."""
        return f"{self._area}/{owner}/{name}"

    async def presign_upload(
        self, owner: str, name: str, *, content_type: str, max_bytes: int
    ) -> dict[str, Any]:
        """A presigned POST as `{url, fields}`: exactly this key and type, 1 to `max_bytes` bytes."""

        def presign(client: Any) -> dict[str, Any]:
            post: dict[str, Any] = client.generate_presigned_post(
                Bucket=self._bucket,
                Key=self.key(owner, name),
                Fields={"Content-Type": content_type},
                Conditions=[{"Content-Type": content_type}, ["content-length-range", 1, max_bytes]],
                ExpiresIn=UPLOAD_EXPIRES_S,
            )
            return {**post, "url": _regional(post["url"], client.meta.region_name)}

        return await self._service.run(presign)

    async def presign_download(self, owner: str, name: str, *, filename: str, content_type: str) -> str:
        """A short-lived URL that downloads the object under its own file name (RFC 6266)."""
        disposition = f"attachment; filename*=UTF-8''{quote(filename, safe='')}"
        return await self._service.run(
            lambda client: client.generate_presigned_url(
                "get_object",
                Params={
                    "Bucket": self._bucket,
                    "Key": self.key(owner, name),
                    "ResponseContentDisposition": disposition,
                    "ResponseContentType": content_type,
                },
                ExpiresIn=DOWNLOAD_EXPIRES_S,
            )
        )

    async def put(self, owner: str, name: str, data: bytes, *, content_type: str) -> None:
        """Writes the object."""
        await self._service.call(
            "put_object", Bucket=self._bucket, Key=self.key(owner, name), Body=data, ContentType=content_type
        )

    async def get(self, owner: str, name: str) -> bytes:
        """The object's bytes: for small ones. Raises NotFound."""
        return await self._service.run(
            lambda client: bytes(
                client.get_object(Bucket=self._bucket, Key=self.key(owner, name))["Body"].read()
            )
        )

    async def download(self, owner: str, name: str, path: Path) -> None:
        """Writes the object's bytes to `path`. Raises NotFound."""
        await self._service.run(
            lambda client: client.download_file(self._bucket, self.key(owner, name), str(path)),
            timeout_s=DOWNLOAD_TIMEOUT_S,
        )

    async def delete(self, owner: str, name: str) -> None:
        """Removes the object; quiet if it is not there."""
        await self._service.call("delete_object", Bucket=self._bucket, Key=self.key(owner, name))

    async def names(self, owner: str, prefix: str) -> list[str]:
        """The names of all of the owner's objects that begin with `prefix`, in their order."""
        found: list[str] = []
        token: str | None = ""
        while token is not None:
            answer = await self._service.call(
                "list_objects_v2",
                Bucket=self._bucket,
                Prefix=self.key(owner, prefix),
                **({"ContinuationToken": token} if token else {}),
            )
            found += [item["Key"] for item in answer.get("Contents", ())]
            token = answer.get("NextContinuationToken")
        own = len(self.key(owner, ""))
        return [key[own:] for key in found]

    async def ping(self) -> None:
        """Raises Unavailable or NotFound if the bucket can't be used."""
        await self._service.call("head_bucket", Bucket=self._bucket)


def _regional(url: str, region: str) -> str:
    """The same place by its region's host, which is the only one that the console's policy lets browsers ask.

    botocore names the global one. Until DNS knows a new bucket that one redirects, and a browser follows no
    redirect after a preflight. The signature of a form does not cover the host.
    """
    return url.replace(".s3.amazonaws.com/", f".s3.{region}.amazonaws.com/", 1)
