"""The rows of a space on the hub: how they are named, sealed, signed and read, and who belongs to the space."""

import hashlib
import hmac
import json
import os
import struct
import time

import psycopg
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

FIRST = bytes(16)  # what the first epoch is called
RECORD, ERASURE, MEMBERSHIP = 1, 2, 3


# ---- bytes ----------------------------------------------------------------------------------------------------------


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def mac(key, *parts):
    return hmac.new(key, b"".join(parts), hashlib.sha256).digest()


def u4(n):
    return struct.pack(">I", n)


def u8(n):
    return struct.pack(">Q", n)


def string(b):
    return u4(len(b)) + b


def hkdf(key, salt, info):
    return HKDF(hashes.SHA256(), 32, salt, info).derive(key)


def raw(key):
    return key.public_bytes_raw()


class Bytes:
    """Reads what was written one behind another."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, n):
        if self.at + n > len(self.data):
            raise ValueError("it ends too early")
        self.at += n
        return self.data[self.at - n : self.at]

    def u1(self):
        return self.take(1)[0]

    def u4(self):
        return struct.unpack(">I", self.take(4))[0]

    def u8(self):
        return struct.unpack(">Q", self.take(8))[0]

    def string(self):
        return self.take(self.u4())

    def end(self):
        if self.at != len(self.data):
            raise ValueError("bytes are left over")


def padded(text):
    out, size = string(text), len(text) + 4
    if size <= 256:
        return out + bytes(256 - size)
    e = size.bit_length() - 1  # Padmé
    step = 1 << (e - (e.bit_length()))
    return out + bytes(-size % step)


def hpke(shared, enc, public, info):
    """RFC 9180, base mode, X25519, HKDF-SHA-256, AES-256-GCM: the key and nonce of the first message."""

    def extract(salt, suite, label, ikm):
        return mac(salt or bytes(32), b"HPKE-v1" + suite + label + ikm)

    def expand(prk, suite, label, data, n):
        return HKDFExpand(hashes.SHA256(), n, struct.pack(">H", n) + b"HPKE-v1" + suite + label + data).derive(prk)

    kem, suite = b"KEM\x00\x20", b"HPKE\x00\x20\x00\x01\x00\x02"
    secret = expand(extract(b"", kem, b"eae_prk", shared), kem, b"shared_secret", enc + public, 32)
    context = b"\0" + extract(b"", suite, b"psk_id_hash", b"") + extract(b"", suite, b"info_hash", info)
    prk = extract(secret, suite, b"secret", b"")
    return AESGCM(expand(prk, suite, b"key", context, 32)), expand(prk, suite, b"base_nonce", context, 12)


def wrap(key, public, info, aad):
    own = X25519PrivateKey.generate()
    enc = raw(own.public_key())
    aead, nonce = hpke(own.exchange(X25519PublicKey.from_public_bytes(public)), enc, public, info)
    return enc + aead.encrypt(nonce, key, aad)


def unwrap(wrapped, private, info, aad):
    enc, public = wrapped[:32], raw(private.public_key())
    aead, nonce = hpke(private.exchange(X25519PublicKey.from_public_bytes(enc)), enc, public, info)
    return aead.decrypt(nonce, wrapped[32:], aad)


def verifies(key, signature, *parts):
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, b"".join(parts))
        return True
    except Exception:
        return False


def read_code(text):
    """The code of an invitation: (space, K0, secret, connection string)."""
    text = text.strip().lower()
    if not text.startswith("hearth1"):
        raise SystemExit("no code")
    digits = text[7:].translate(str.maketrans("oil", "011", "- \n\r\t"))
    number = 0
    for d in digits:
        number = number * 32 + "0123456789abcdefghjkmnpqrstvwxyz".index(d)
    bits = len(digits) * 5
    data = (number >> bits % 8).to_bytes(bits // 8, "big")
    if sha(data[:-4])[:4] != data[-4:]:
        raise SystemExit("a code with a wrong check")
    b = Bytes(data[:-4])
    if b.u1() != 1:
        raise SystemExit("a code of a later release")
    out = b.take(16), b.take(32), b.take(16), b.string().decode()
    b.end()
    return out


def fact_id(payload):
    return sha(u8(len(b"hearth.fact.1")), b"hearth.fact.1", payload)


# ---- the space ------------------------------------------------------------------------------------------------------


class Refused(Exception):
    pass


class Space:
    """The keys of this device, and what the rows of the space say."""

    def __init__(self, path):
        self.path = path
        self.state = json.load(open(path)) if os.path.exists(path) else {}

    def save(self):
        with open(os.open(self.path + ".new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as f:
            json.dump(self.state, f)
        os.replace(self.path + ".new", self.path)

    def load(self):
        s = self.state
        self.space, self.k0, self.conninfo = bytes.fromhex(s["space"]), bytes.fromhex(s["k0"]), s["conninfo"]
        self.sign = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(s["sign"]))
        self.agree = X25519PrivateKey.from_private_bytes(bytes.fromhex(s["agree"]))
        self.secret = bytes.fromhex(s["secret"])
        self.device = sha(b"hearth.device.1", raw(self.sign.public_key()))[:16]
        self.naming = hkdf(self.k0, self.space, b"hearth.hub.id.1")
        self.keys = {FIRST: self.k0}

    def row_id(self, record, attempt=0):
        return mac(self.naming, record + (bytes([attempt]) if attempt else b""))

    # Rows

    def seal(self, epoch, row, kind, text):
        aad, nonce = b"hearth.hub.row.1" + self.space + row + u4(kind) + epoch, os.urandom(12)
        key = hkdf(self.keys[epoch], self.space, b"hearth.hub.seal.1")
        return b"\x01" + epoch + nonce + AESGCM(key).encrypt(nonce, padded(text), aad)

    def open(self, row, kind, sealed):
        b = Bytes(sealed)
        if b.u1() != 1:
            raise Refused("a later format")
        epoch, nonce = b.take(16), b.take(12)
        if kind == MEMBERSHIP and epoch != FIRST:
            raise Refused("membership under a later epoch")
        if epoch not in self.keys:
            raise Refused("an epoch whose key is not here")
        key = hkdf(self.keys[epoch], self.space, b"hearth.hub.seal.1")
        try:
            text = AESGCM(key).decrypt(nonce, sealed[b.at :], b"hearth.hub.row.1" + self.space + row + u4(kind) + epoch)
        except Exception:
            raise Refused("it does not open")
        return Bytes(text).string()

    # Membership: what the rows of kind 3 say, in the order of their numbers

    def membership(self, rows):
        self.devices, self.removed, self.epochs, self.invitations = {}, {}, {}, {}
        self.given = {}  # epoch: the devices that were given its key
        self.founded, self.notes = False, []
        for seq, row, kind, sealed in rows:
            if kind != MEMBERSHIP or not sealed:
                continue
            try:
                self.event(seq, row, self.open(row, kind, sealed))
            except (Refused, ValueError) as e:
                self.notes.append(f"row {seq} of the membership counts for nothing: {e}")

    def event(self, seq, row, text):
        b = Bytes(text)
        event, signature = b.string(), b.take(64)
        b.end()
        id = sha(event, signature)
        if self.row_id(id) != row:
            raise Refused("another id")
        b = Bytes(event)
        if b.u1() != 1:
            raise Refused("a later format")
        author, when, deed = b.take(16), b.u8(), b.u1()
        if deed in (1, 3):
            at = b.at
            name, role, ed, x = b.string().decode(), b.string().decode(), b.take(32), b.take(32)
            bytes_of_device, key = event[at : b.at], ed
            if sha(b"hearth.device.1", ed)[:16] != author:
                raise Refused("a device with another's name")
        else:
            if author not in self.devices or author in self.removed:
                raise Refused("its author does not belong to the space")
            key = self.devices[author]["ed"]
        if not verifies(key, signature, b"hearth.hub.membership.1", self.space, event):
            raise Refused("a wrong signature")
        if deed == 1:
            if sha(b"hearth.space.1", ed, b.string())[:16] != self.space:
                raise Refused("it founds another space")
            self.devices[author] = dict(name=name, role=role, ed=ed, x=x, since=seq)
        elif deed == 2:
            one, until, n = b.take(32), b.u8(), b.u4()
            self.invitations[one] = dict(
                author=author, until=until, taken=False, enclosed=[(b.take(16), b.string()) for _ in range(n)]
            )
        elif deed == 3:
            one, proof = b.take(32), b.take(64)
            inv = self.invitations.get(one)
            if not inv or inv["taken"] or inv["author"] in self.removed:
                raise Refused("an invitation that is not to be had")
            if not verifies(one, proof, b"hearth.hub.joining.1", self.space, bytes_of_device):
                raise Refused("a wrong proof")
            inv["taken"] = True
            self.devices[author] = dict(name=name, role=role, ed=ed, x=x, since=seq)
            for epoch, _ in inv["enclosed"]:
                self.given.setdefault(epoch, set()).add(author)
            if author == self.device:
                self.enclosed(inv)
        elif deed == 4:
            self.removed.setdefault(b.take(16), seq)
        elif deed == 5:
            epoch, n = b.take(16), b.u4()
            self.epochs[epoch] = min(self.epochs.get(epoch, (when, id)), (when, id))
            self.given.setdefault(epoch, set()).add(author)
            for _ in range(n):
                device, wrapped = b.take(16), b.string()
                self.given[epoch].add(device)
                if device == self.device and epoch not in self.keys:
                    self.keys[epoch] = unwrap(wrapped, self.agree, b"hearth.hub.epoch.1" + self.space + epoch, device)
        else:
            raise Refused("an unknown deed")
        b.end()
        self.notes.append(f"row {seq}: deed {deed} of {self.devices[author]['name']} at {when >> 16} {when & 65535}")

    def enclosed(self, invitation):
        key = hkdf(self.secret, self.space, b"hearth.hub.invitation.seal.1")
        for epoch, sealed in invitation["enclosed"]:
            self.keys[epoch] = AESGCM(key).decrypt(sealed[:12], sealed[12:], b"hearth.hub.epoch.1" + self.space + epoch)

    def present_epoch(self):
        """What to seal with: the latest epoch whose key is here and that no removed device was given; None if there is none."""
        choices = [e for e in self.epochs if e in self.keys and not self.given[e] & set(self.removed)]
        return max(choices, key=lambda e: self.epochs[e]) if choices else None if self.removed else FIRST

    def begin_epoch(self):
        epoch, key = os.urandom(16), os.urandom(32)
        info = b"hearth.hub.epoch.1" + self.space + epoch
        wrapped = [d + string(wrap(key, x["x"], info, d)) for d, x in self.devices.items() if d not in self.removed]
        self.publish([self.event_row(b"\x05" + epoch + u4(len(wrapped)) + b"".join(wrapped))])
        self.pull()

    # Records

    def record(self, seq, row, kind, sealed):
        b = Bytes(self.open(row, kind, sealed))
        attempt, form = 0, b.u1()
        if form == 2:
            attempt = b.u1()
        elif form != 1:
            raise Refused("a later format")
        device, signature, blocks, seen, id, schema = (
            b.take(16),
            b.take(64),
            b.take(4),
            b.take(32),
            b.take(32),
            b.take(8),
        )
        erased = [b.take(32) for _ in range(b.u4())]
        payload = b.string()
        b.end()
        if self.row_id(id, attempt) != row:
            raise Refused("it says another id than its row's")
        if device not in self.devices:
            raise Refused("a device that never joined")
        if device in self.removed and seq > self.removed[device]:
            raise Refused("it comes behind the removal of its device")
        signed = [
            b"hearth.hub.record.1",
            self.space,
            id,
            schema,
            sha(payload),
            u4(len(erased)),
            *erased,
            blocks,
            seen,
        ]
        if not verifies(self.devices[device]["ed"], signature, *signed):
            raise Refused("a wrong signature")
        if (kind == ERASURE) != bool(erased):
            raise Refused("an erasure that is none")
        n = struct.unpack(">I", blocks)[0]
        if n and n <= len(self.blocks) and sha(*self.blocks[:n]) != seen:
            self.notes.append(f"row {seq}: its device was shown other rows")
        if schema != u8(1):
            raise Refused("a later schema")
        if fact_id(payload) != id:
            raise Refused("a payload with another id")
        return dict(seq=seq, id=id, device=device, blocks=n, erased=erased, payload=payload)

    def pull(self):
        with self.connect() as db:
            rows = db.execute(
                "SELECT seq, id, kind, ciphertext FROM hearth.rows WHERE space = %s ORDER BY seq",
                [self.space],
            ).fetchall()
        self.read(rows)
        return rows

    def read(self, rows):
        self.rows = rows
        if [r[0] for r in rows] != list(range(1, len(rows) + 1)):
            raise SystemExit("a number is left out")
        prints = [u8(s) + i + u4(k) for s, i, k, _ in rows]
        self.blocks = [sha(*prints[n : n + 256]) for n in range(0, len(prints) - 255, 256)]
        self.membership(rows)
        self.records, self.refused, self.empty = [], [], []
        for seq, row, kind, sealed in rows:
            if not sealed:
                self.empty.append((seq, row))
                continue
            if kind not in (RECORD, ERASURE):
                continue
            try:
                self.records.append(self.record(seq, row, kind, sealed))
            except (Refused, ValueError) as e:
                self.refused.append((seq, row, str(e)))
        # An empty row wants an erasure that names it
        named = {self.row_id(i, a) for r in self.records for i in r["erased"] for a in range(8)}
        self.unexplained = [seq for seq, row in self.empty if row not in named]

    def connect(self):
        return psycopg.connect(self.conninfo)

    # Publishing

    def device_bytes(self, name, role):
        return (
            string(name.encode()) + string(role.encode()) + raw(self.sign.public_key()) + raw(self.agree.public_key())
        )

    def event_row(self, deed):
        event = b"\x01" + self.device + u8(self.now()) + deed
        signature = self.sign.sign(b"hearth.hub.membership.1" + self.space + event)
        row = self.row_id(sha(event, signature))
        return row, MEMBERSHIP, self.seal(FIRST, row, MEMBERSHIP, string(event) + signature), []

    def record_row(self, payload, erased=(), schema=1):
        id, erased = fact_id(payload), list(erased)
        kind = ERASURE if erased else RECORD
        refused = {row for _, row, _ in self.refused}
        attempt = next(a for a in range(8) if self.row_id(id, a) not in refused)
        row = self.row_id(id, attempt)
        n = len(self.blocks)
        told = u4(n), (sha(*self.blocks) if n else bytes(32))
        names = [u4(len(erased)), *erased]
        signature = self.sign.sign(
            b"".join([b"hearth.hub.record.1", self.space, id, u8(schema), sha(payload), *names, *told])
        )
        text = b"".join(
            [
                b"\x02" + bytes([attempt]) if attempt else b"\x01",
                self.device,
                signature,
                *told,
                id,
                u8(schema),
                *names,
                string(payload),
            ]
        )
        # The hub is told rows, not records: of each the first, and further ones that are there
        there = {r[1] for r in self.rows}
        rows = [self.row_id(e) for e in erased] + [
            r for e in erased for a in range(1, 8) if (r := self.row_id(e, a)) in there
        ]
        return row, kind, self.seal(self.present_epoch(), row, kind, text), rows

    def publish(self, rows):
        """Publishes rows in one transaction, unless the membership changes meanwhile; says how many were new."""
        seen = max([r[0] for r in self.rows if r[1] and r[2] == MEMBERSHIP], default=0)
        with self.connect() as db:
            added, last = db.execute(
                "SELECT added, last FROM hearth.publish(%s, %s, %s::int[], %s, %s::bytea[])",
                [
                    self.space,
                    [r[0] for r in rows],
                    [r[1] for r in rows],
                    [r[2] for r in rows],
                    [e for r in rows for e in r[3]],
                ],
            ).fetchone()
            mine = [r[0] for r in rows if r[1] == MEMBERSHIP]
            if db.execute(
                "SELECT count(*) FROM hearth.rows WHERE space = %s AND kind = 3 AND seq > %s AND id <> ALL(%s::bytea[])",
                [self.space, seen, mine],
            ).fetchone()[0]:
                db.rollback()
                raise SystemExit("the membership has changed: pull, and try again")
        return added, last

    def now(self):
        """A hybrid time, in one number: past everything that was seen and is not ahead of the clock."""
        clock = int(time.time() * 1000) << 16
        return max([clock] + [t + 1 for t in getattr(self, "times", []) if t < clock + (600_000 << 16)])
