"""Where scheduled exports go: a folder, and a bucket of a store that speaks S3 on loopback."""
import logging
import os

import boto3
from moto.server import ThreadedMotoServer

BUCKET = "calls"
ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1", "AWS_ALLOW_HTTP": "true"}


class Folder:
    environment = {}

    def __init__(self, path):
        self.address = path

    def files(self):
        """Name to content."""
        found = {}
        for folder, _, names in os.walk(self.address):
            for name in names:
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    found[os.path.relpath(path, self.address)] = file.read()
        return found

    def close(self):
        pass


class Bucket:
    def __init__(self):
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self.server.start()
        host, port = self.server.get_host_and_port()
        url = f"http://{host}:{port}"
        self.address = f"s3://{BUCKET}/exports"
        self.environment = {**ENVIRONMENT, "AWS_ENDPOINT_URL": url}
        self.client = boto3.client("s3", endpoint_url=url, region_name="us-east-1",
                                   aws_access_key_id="test", aws_secret_access_key="test")
        self.client.create_bucket(Bucket=BUCKET)

    def files(self):
        """Name to content."""
        listed = self.client.list_objects_v2(Bucket=BUCKET, Prefix="exports/").get("Contents", [])
        keys = [item["Key"] for item in listed]
        return {key.removeprefix("exports/"): self.client.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys}

    def close(self):
        self.server.stop()
