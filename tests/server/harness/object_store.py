"""An object store that speaks S3, in the node's network."""

import subprocess
import sys
import time

import boto3
import botocore.exceptions
from botocore.config import Config

from harness.node import ENDS_WITH_PARENT, Node

HOST = "object-store"
PORT = 9000
CREDENTIALS = {"access-key-id": "key", "secret-access-key": "secret"}


class ObjectStore:
    """moto's server, with a client of its own."""

    def __init__(self, node: Node) -> None:
        address = node.add_service(HOST)
        self.url = f"http://{HOST}:{PORT}"
        log = node.folder / "object-store.log"
        self._process = subprocess.Popen(
            [*ENDS_WITH_PARENT, sys.executable, "-m", "moto.server", "-H", address, "-p", str(PORT)],
            stdout=log.open("wb"),
            stderr=subprocess.STDOUT,
        )
        self._client = boto3.client(
            "s3",
            endpoint_url=self.url,
            aws_access_key_id=CREDENTIALS["access-key-id"],
            aws_secret_access_key=CREDENTIALS["secret-access-key"],
            region_name="us-east-1",
            config=Config(retries={"total_max_attempts": 1}),
        )
        deadline = time.monotonic() + 60
        while True:
            try:
                self._client.list_buckets()
                return
            except botocore.exceptions.BotoCoreError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    self.close()
                    raise RuntimeError(f"moto did not start:\n{log.read_text()}") from None
                time.sleep(0.1)

    def add_bucket(self, name: str) -> None:
        """An empty bucket, also where there was one of this name."""
        if name in self.buckets():
            for key in self.keys(name):
                self._client.delete_object(Bucket=name, Key=key)
        else:
            self._client.create_bucket(Bucket=name)

    def buckets(self) -> list[str]:
        return [bucket["Name"] for bucket in self._client.list_buckets()["Buckets"]]

    def keys(self, bucket: str) -> list[str]:
        """The names of the objects in a bucket."""
        listing = self._client.list_objects_v2(Bucket=bucket)
        return [each["Key"] for each in listing.get("Contents", [])]

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()
