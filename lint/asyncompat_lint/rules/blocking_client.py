from __future__ import annotations

from asyncompat_lint.findings import Severity
from asyncompat_lint.rules.blocking import BlockingCallRule


class BlockingClient(BlockingCallRule):
    """A service's client that waits for its answer, in code that runs on the event loop.

    Clients of clouds, brokers, mail, remote machines and browsers wait for the network in each
    call. Most have a twin for asyncio; its name is told where it is known. Without one, a thread
    does the waiting.
    """

    code = "AC111"
    name = "blocking-client"
    severity = Severity.ERROR
    does = "waits for a service"
    INVALID = (
        """\
import smtplib
async def send(message):
    with smtplib.SMTP("mail.example.org") as server:
        server.send_message(message)
""",
        """\
import boto3
class Store:
    def __init__(self):
        self.s3 = boto3.client("s3")
    async def keep(self, key, body):
        self.s3.put_object(Bucket="store", Key=key, Body=body)
""",
        """\
from openai import OpenAI
client = OpenAI()
async def ask(question):
    return client.chat.completions.create(model="m", messages=[question])
""",
    )
    VALID = (
        """\
from openai import AsyncOpenAI
client = AsyncOpenAI()
async def ask(question):
    return await client.chat.completions.create(model="m", messages=[question])
""",
        """\
import boto3
s3 = boto3.client("s3")
async def link(key):
    return s3.generate_presigned_url("get_object", Params={"Key": key})
""",
    )
