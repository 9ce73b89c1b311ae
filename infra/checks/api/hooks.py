"""What Schemathesis cannot read in the document: how one signs in, what is there, what a picture is, what a bubble can say."""

import functools
import itertools
import os
import random
import re
import struct
import time
import uuid
import zlib
from pathlib import Path

import requests
import schemathesis
import urllib3.connection
from hypothesis import strategies as st
from schemathesis.generation.meta import TestPhase

API, MAIL, CONTROL = os.environ["API_URL"], os.environ["MAIL_URL"], os.environ["CONTROL_URL"]
FIXTURES = Path(__file__).parents[3] / "shared/testkit/fixtures"
SIGN_OUT, UPLOAD, INSTANT = "auth-sessions-delete", "uploads-create", "instant-create"
CODE, SIGN_IN = "auth-codes-create", "auth-sessions-create"
START, GET, DELETE = "generations-create", "generations-get", "generations-delete"
EVENTS, FEEDBACK = "events-create", "feedback-create"
MARKETING, CHOICE = "subscriptions-update", "choices-update"
CHECKOUT = "checkouts-create"
TRIAL = "trials-create"
HOUR = 3600
# Requests of these in an hour, at most: kernel::limits::UPLOADS_PER_HOUR, GENERATIONS_PER_HOUR, INSTANT_PER_HOUR, CODES_PER_HOUR_FROM_A_LINE,
# GUESSES_PER_HOUR_FROM_A_LINE, EVENTS_PER_HOUR, CHECKOUTS_PER_HOUR.
LIMITS = {UPLOAD: 120, START: 60, INSTANT: 30, CODE: 30, SIGN_IN: 60, EVENTS: 120, CHECKOUT: 20}
# Generations that run at once, at most: kernel::limits::GENERATIONS_AT_ONCE.
AT_ONCE = 10
asked = dict.fromkeys(LIMITS, 0)
hours = itertools.count(1)
numbers = itertools.count()


def name(case) -> str:
    return case.operation.definition.raw.get("operationId")


connect = urllib3.connection.HTTPConnection._new_conn


def from_elsewhere(connection):
    """Each connection is of a network of its own: limits of who has no account count by networks."""
    a, b, c = (random.randint(2, 250) for _ in range(3))
    connection.source_address = (f"127.{a}.{b}.{c}", 0)
    return connect(connection)


urllib3.connection.HTTPConnection._new_conn = from_elsewhere


def sign_in() -> str:
    """A session of a new account, opened as a person does: with a code from a mail."""
    email = f"contract-{uuid.uuid4().hex}@example.com"
    browser = requests.Session()
    browser.post(f"{API}/v1/auth/codes", json={"email": email}, timeout=30).raise_for_status()
    mails = requests.get(MAIL, timeout=30).json()["messages"]
    [mail] = [mail for account in mails.values() for mail in account if email in mail["To"]]
    code = re.search(r"\b\d{6}\b", mail["BodyText"]).group()
    signed_in = browser.post(f"{API}/v1/auth/sessions", json={"email": email, "code": code, "age_attestation": "16+"}, timeout=30)
    signed_in.raise_for_status()
    return signed_in.cookies["session"]


@schemathesis.hook
def before_load_schema(context, raw_schema):
    # Over plain http a browser takes no `__Host-` cookie: there it has the name that the description tells.
    for scheme in ("session", "trial"):
        raw_schema["components"]["securitySchemes"][scheme]["name"] = scheme


@functools.cache
def session() -> str:
    """The one of all requests but those that sign out."""
    return sign_in()


def asks_for(scheme: str):
    return lambda context: any(scheme in either for either in context.operation.definition.raw.get("security", []))


@functools.cache
def trial() -> tuple[str, str]:
    """One that has just begun, and its pass."""
    body = {"turnstile_token": uuid.uuid4().hex, "age_attestation": "16+"}
    begun = requests.post(f"{API}/v1/trials", json=body, timeout=30)
    begun.raise_for_status()
    return begun.json()["trial_id"], begun.cookies["trial"]


@schemathesis.auth(refresh_interval=None).apply_to(asks_for("trial"))
class Trial:
    def get(self, case, context):
        return trial()[1]

    def set(self, case, data, context):
        cookies = {"trial": data, "session": session()} if asks_for("session")(context) else {"trial": data}
        case.cookies = {**(case.cookies or {}), **cookies}


@schemathesis.auth(refresh_interval=None).apply_to(lambda context: asks_for("session")(context) and not asks_for("trial")(context))
class Session:
    """Signing out ends a session, so it gets one of its own each time."""

    def get(self, case, context):
        return sign_in() if name(case) == SIGN_OUT else session()

    def set(self, case, data, context):
        case.cookies = {**(case.cookies or {}), "session": data}


def ask(method: str, path: str, **more) -> dict:
    """A request of whoever is signed in, which must be answered well."""
    reply = requests.request(method, f"{API}{path}", cookies={"session": session()}, timeout=60, **more)
    reply.raise_for_status()
    return reply.json()


@functools.cache
def upload() -> str:
    """An upload with its picture."""
    picture = disc_png(96)
    opened = ask("POST", "/v1/uploads", json={"content_type": "image/png", "bytes": len(picture)})
    form = opened["post"]
    requests.post(form["url"], data=form["fields"], files={"file": picture}, timeout=60).raise_for_status()
    return opened["upload_id"]


def count(what: str) -> None:
    """Lets an hour pass before a limit is reached, and makes room: what is limited is another contract, and other tests hold it."""
    asked[what] += 1
    if asked[what] % (LIMITS[what] // 2) == 0:
        requests.put(f"{CONTROL}/_local/clock", json={"offset_seconds": next(hours) * HOUR}, timeout=30).raise_for_status()
    if what == START and asked[what] % (AT_ONCE // 2) == 0:
        for generation in ask("GET", "/v1/generations")["generations"]:
            if generation["state"] in ("queued", "screening", "drawing", "finishing"):
                path = f"{API}/v1/generations/{generation['generation_id']}"
                requests.delete(path, cookies={"session": session()}, timeout=60).raise_for_status()


def start(**more) -> str:
    count(START)
    body = {"upload_id": upload(), "style": "soft-anime", "count": 1, **more}
    return ask("POST", "/v1/generations", json=body, headers={"Idempotency-Key": uuid.uuid4().hex})["generation_id"]


@functools.cache
def finished() -> str:
    """A generation with all its files. Those that are started later wait in their queue: what is compared are answers, and pictures take time."""
    generation = start(stickers=True, bubble={"text": "Hi!"})
    until = time.monotonic() + 300
    while (state := ask("GET", f"/v1/generations/{generation}")["state"]) != "done":
        assert state in ("queued", "screening", "drawing", "finishing") and time.monotonic() < until, state
        time.sleep(0.2)
    requests.post(f"{CONTROL}/_local/queues/GenerationQueued/pause", timeout=30).raise_for_status()
    return generation


@functools.cache
def offer() -> str:
    """A pack that is for sale."""
    return ask("GET", "/v1/offers")["offers"][0]["id"]


@schemathesis.hook
def before_call(context, case, kwargs):
    if name(case) in LIMITS:
        count(name(case))
    if name(case) in (FEEDBACK, TRIAL):
        # A line of the network may do few a day: each of these comes from another.
        case.headers = {**(case.headers or {}), "Connection": "close"}


@schemathesis.hook
def filter_case(context, case):
    """A bare picture names its style in the address, and a form names it in itself: the description says so, no schema can."""
    if name(case) != INSTANT or not case.media_type:
        return True
    query = case.query or {}
    return not query if case.media_type.startswith("multipart/") else "style" in query


@schemathesis.hook
def map_case(context, case):
    """What an allowed request names is there: a picture, an upload, a pack of credits, and while values are drawn (the other phases have their own) a generation."""
    if not case.meta or not case.meta.generation.mode.is_positive:
        return case
    if name(case) == INSTANT and isinstance(case.body, dict):
        # Schemathesis does not find the `encoding` of a field that an `allOf` holds.
        case.body["picture"] = disc_png(64)
    elif name(case) == START and isinstance(case.body, dict):
        finished()
        case.body["upload_id"] = upload()
        # A key is for one body.
        case.headers["Idempotency-Key"] = f"{case.headers['Idempotency-Key']}{next(numbers)}"[-255:]
    elif name(case) == MARKETING and isinstance(case.body, dict) and case.body.get("subscribed"):
        # Who opts in says to which words.
        case.body["text_version"] = ask("GET", "/v1/me/marketing")["text_version"]
    elif name(case) == CHOICE and isinstance(case.body, dict):
        # A state of this choice; and who restricts the use of their data is refused what others are asked for.
        marketing = case.path_parameters.get("purpose") == "marketing"
        # Anew: cases of one operation share what they are made of.
        case.path_parameters = {**case.path_parameters, "purpose": "marketing" if marketing else "analytics"}
        case.body = {**case.body, "state": "withdrawn" if marketing else "objected"}
    elif name(case) == CHECKOUT and isinstance(case.body, dict):
        case.body["offer"] = offer()
        case.headers["Idempotency-Key"] = f"{case.headers['Idempotency-Key']}{next(numbers)}"[-255:]
    elif name(case) == TRIAL and isinstance(case.body, dict):
        case.body["age_attestation"] = "16+"
    elif asks_for("trial")(case) and case.path_parameters:
        case.path_parameters["id"] = trial()[0]
    elif name(case) in (GET, DELETE) and case.meta.phase.name == TestPhase.FUZZING:
        case.path_parameters["id"] = finished() if name(case) == GET else start()
    return case


def disc_png(side: int) -> bytes:
    """A light disc on grey: a picture of one colour shows nobody, and is refused."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    shade = lambda x, y: 220 if (2 * x - side) ** 2 + (2 * y - side) ** 2 < side**2 // 3 else 128
    rows = zlib.compress(b"".join(b"\0" + bytes(shade(x, y) for x in range(side)) for y in range(side)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def pictures(*paths: Path) -> st.SearchStrategy[bytes]:
    return st.sampled_from([path.read_bytes() for path in paths])


# Bytes that are no picture are refused, as the description says: what is allowed are pictures.
JPEGS = pictures(*(FIXTURES / name for name in ["card-progressive.jpg", "card-cmyk.jpg"]))
PNGS = st.just(disc_png(64))
WEBPS = pictures(*(FIXTURES / name for name in ["card-lossy.webp", "card-lossy-alpha.webp"]))
schemathesis.openapi.media_type("image/jpeg", JPEGS)
schemathesis.openapi.media_type("image/png", PNGS)
schemathesis.openapi.media_type("image/webp", WEBPS)
schemathesis.openapi.media_type("application/octet-stream", JPEGS | PNGS | WEBPS)

# Addresses that mail can be sent to, some with a domain in another script.
ADDRESSES = st.from_regex(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,20}(\.[A-Za-z0-9]{1,20})?@[a-z0-9]{1,20}\.(bücher|例え|example)\.(org|テスト)", fullmatch=True)
schemathesis.openapi.format("mail-address", ADDRESSES)

# Languages as browsers and people write them.
TAGS = st.sampled_from(["en", "EN", "ja", "ja-JP", "zh-hant-tw", "pt-BR", "es-419", "sr-Latn-RS", "de-1996", "fil", "en-x-private"])
schemathesis.openapi.format("language-tag", TAGS)

# What a speech bubble can say: 140 characters at most that its fonts have, not all of them spaces.
LETTERS = st.sampled_from("abcXYZ0189äéßñøŠжЩλΩあカ漢字한글!?.,:;-'()&%€ ")
schemathesis.openapi.format("bubble-text", st.text(LETTERS, min_size=1, max_size=140).filter(str.strip))
