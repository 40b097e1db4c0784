#!/usr/bin/env python3
"""A second client of the exchange between devices, written from the article Devices.md and, for the ids of versions, Export.md.

    second_client.py STATE join NAME CODEFILE [CONNINFO]   join a space by an invitation's code
    second_client.py STATE pull                            read every row, check it, say what is refused
    second_client.py STATE show                            the memories, with their texts
    second_client.py STATE store USER OWNER TEXT [--sensitive]
    second_client.py STATE edit MEMORY TEXT                a version made from the latest head
    second_client.py STATE delete MEMORY
    second_client.py STATE erase MEMORY                    of its owner's, and its rows on the hub are emptied
    second_client.py STATE remove NAME                     a device

STATE is a JSON file (mode 0600) with the device's keys. Rows are read from the first one each time, and heads are not
settled: `hearth` devices do that. It needs Python 3.9, `cryptography` and `psycopg[binary]`.
"""

import json
import os
import struct
import sys
import time
import unicodedata

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from space import Space, fact_id, hkdf, raw, read_code, sha, u8


def fact(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def packed(pair):
    return pair[0] << 16 | pair[1]


def pair(packed):
    return [packed >> 16, packed & 65535]


def version_id(memory, v):
    """As the article on exports has it."""

    def text(x):
        b = x.encode()
        return u8(len(b)) + b

    def real(x):
        return struct.pack(">d", x)

    p = v["provenance"]
    parts = [
        text("hearth.version.1"),
        text(memory),
        u8(len(v["parents"])),
        *map(text, v["parents"]),
        text(v["author"]),
        text(v["node"]),
        u8(packed(v["time"])),
        u8(v["number"]),
        sha(v["content"].encode()),
        text(v["category"]),
        u8(len(v["tags"])),
        *map(text, v["tags"]),
        real(v["importance"]),
        real(v["confidence"]),
        u8(len(v["metadata"])),
    ]
    for key in sorted(v["metadata"], key=lambda k: unicodedata.normalize("NFC", k)):
        parts += [text(key), text(v["metadata"][key])]
    parts += [u8("expires_at" in v), struct.pack(">q", v.get("expires_at", 0)), u8(v["is_deleted"])]
    if (p["origin"], p["trust"], "name" in p) != ("agent", 0.8, False):
        parts += [u8(ORIGINS.index(p["origin"])), real(p["trust"]), u8("name" in p), text(p.get("name", ""))]
    return "ver_" + sha(*parts).hex()


ORIGINS = ["user", "agent", "tool", "import", "sync"]


class Memories:
    """What the facts come to. Heads are not settled: `hearth` devices do that, and publish what came of it."""

    def __init__(self, space):
        self.versions, self.shares, self.sensitive, self.gone, self.records, self.wrong = (
            {},
            {},
            {},
            {},
            {},
            [],
        )
        erasures = []
        space.times = []
        for r in space.records:
            try:
                f = json.loads(r["payload"])
                kind = f["fact"]
                if kind == "erasure":
                    erasures.append(f)
                    continue
                if kind in ("agent", "policy", "session"):
                    continue
                key = f["memory"]["user"], f["memory"]["owner"], f["memory"]["id"]
                self.records.setdefault(key, []).append(r)
                if kind == "version":
                    v = f["version"]
                    if version_id(key[2], v) != v["id"]:
                        raise ValueError("a version with another id")
                    space.times.append(packed(v["time"]))
                    self.versions.setdefault(key, {})[v["id"]] = dict(v, origin=f.get("origin"), salted="salt" in f)
                elif kind == "sensitivity":
                    self.sensitive.setdefault(key, []).append((f["time"], f["is_sensitive"]))
                elif kind == "tombstone":
                    self.gone[key] = "removed"
                elif kind == "share":
                    self.shares.setdefault(key, []).append(f)
                else:
                    raise ValueError("an unknown fact")
            except Exception as e:
                self.wrong.append((r["seq"], repr(e)[:120]))
        for e in erasures:
            for key, versions in list(self.versions.items()):
                if key[0] != e["user"] or ("id" in e and key[1:] != (e["owner"], e["id"])):
                    continue
                if "id" in e or min(packed(v["time"]) for v in versions.values()) <= packed(e["time"]):
                    self.gone[key] = "erased"

    def heads(self, key):
        versions = self.versions[key]
        parents = {p for v in versions.values() for p in v["parents"]}
        whole, old = set(), -1  # only versions whose parents have come
        while len(whole) != old:
            old = len(whole)
            whole |= {i for i, v in versions.items() if all(p in whole for p in v["parents"])}
        return sorted((versions[i] for i in whole - parents), key=lambda v: (v["time"], v["id"]), reverse=True)

    def is_sensitive(self, key):
        said = [s for s in self.sensitive.get(key, []) if s[0] > [0, 1]] or self.sensitive.get(key)
        return max(said)[1] if said else any(v["salted"] for v in self.versions[key].values())

    def find(self, id):
        found = [k for k in self.versions if k[2] == id and k not in self.gone]
        if len(found) != 1:
            raise SystemExit(f"{len(found)} memories {id}")
        return found[0]


def new_version(space, author, parents, fields):
    v = dict(
        category="general",
        confidence=0.8,
        importance=0.5,
        is_deleted=False,
        metadata={},
        tags=[],
        provenance=dict(origin="agent", trust=0.8),
    )
    v.update(fields)
    v.update(
        author=author,
        node=space.device.hex(),
        number=max([p["number"] for p in parents], default=0) + 1,
        parents=[p["id"] for p in parents],
        time=pair(space.now()),
    )
    return v


def version_fact(key, v, origin=None, salt=None):
    v = {k: x for k, x in v.items() if k not in ("origin", "salted") and x is not None}
    v["id"] = version_id(key[2], v)
    f = dict(fact="version", memory=dict(user=key[0], owner=key[1], id=key[2]), version=v)
    if origin:
        f["origin"] = origin
    if salt:
        f["salt"] = salt
    return fact(f)


def to_erase(memories, key):
    """The records that say anything of a memory; of salted ones also those that would say it in plain form."""
    ids = []
    for r in memories.records[key]:
        ids.append(r["id"])
        f = json.loads(r["payload"])
        if f.pop("salt", None):
            ids.append(fact_id(fact(f)))
    return list(dict.fromkeys(ids))


def main(path, command, *arguments):
    s = Space(path)
    sensitive = "--sensitive" in arguments
    arguments = [a for a in arguments if not a.startswith("--")]
    if command == "join":
        name, code = arguments[:2]
        space, k0, secret, conninfo = read_code(open(code).read())
        conninfo += " " + (arguments[2] if len(arguments) > 2 else "")
        s.state = dict(
            space=space.hex(),
            k0=k0.hex(),
            secret=secret.hex(),
            conninfo=conninfo,
            sign=os.urandom(32).hex(),
            agree=os.urandom(32).hex(),
        )
        s.load()
        s.pull()
        one = Ed25519PrivateKey.from_private_bytes(hkdf(secret, space, b"hearth.hub.invitation.sign.1"))
        invitation = s.invitations.get(raw(one.public_key()))
        if not invitation or invitation["taken"] or invitation["until"] < time.time() * 1e6:
            raise SystemExit("the invitation is not to be had")
        role = psycopg.conninfo.conninfo_to_dict(conninfo)["user"]
        device = s.device_bytes(name, role)
        s.save()  # before the space knows these keys
        s.publish(
            [s.event_row(b"\x03" + device + raw(one.public_key()) + one.sign(b"hearth.hub.joining.1" + space + device))]
        )
        s.pull()
        print(f"joined {space.hex()} as {name} ({s.device.hex()})")
        return
    s.load()
    s.pull()
    m = Memories(s)
    if s.device in s.removed:
        print("this device was removed")
    elif s.present_epoch() is None:
        s.begin_epoch()
        m = Memories(s)
    if command == "pull":
        print(
            f"{len(s.rows)} rows: {len(s.records)} records opened, signed and addressed rightly, {len(s.devices)} devices, {len(s.blocks)} whole blocks"
        )
        for n in s.notes:
            print(n)
        for seq, _, why in s.refused:
            print(f"row {seq} is refused: {why}")
        for seq, why in m.wrong:
            print(f"row {seq} says what is not: {why}")
        print("emptied:", [q for q, _ in s.empty], "without an erasure:", s.unexplained)
    elif command == "show":
        for key in m.versions:
            if key in m.gone:
                print(*key, m.gone[key])
                continue
            heads = m.heads(key)
            for v in heads:
                print(
                    *key,
                    f"v{v['number']}",
                    v["author"],
                    "DELETED" if v["is_deleted"] else "",
                    "sensitive" if m.is_sensitive(key) else "",
                    "CONFLICT" if len(heads) > 1 else "",
                    json.dumps(v["content"], ensure_ascii=False),
                    v["tags"] or "",
                )
    elif command == "remove":
        device = next(d for d, x in s.devices.items() if x["name"] == arguments[0] and d not in s.removed)
        print(s.publish([s.event_row(b"\x04" + device)]))
        s.pull()
        s.begin_epoch()
    elif command == "store":
        user, owner, text = arguments
        key = user, owner, "mem_" + uuid7()
        v = new_version(s, owner, [], dict(content=text))
        payload = version_fact(
            key,
            v,
            dict(created_at=v["time"][0] * 1000, type="episodic"),
            os.urandom(16).hex() if sensitive else None,
        )
        rows = [s.record_row(payload)]
        if sensitive:
            rows.append(
                s.record_row(
                    fact(
                        dict(
                            fact="sensitivity",
                            memory=dict(user=user, owner=owner, id=key[2]),
                            is_sensitive=True,
                            time=pair(s.now()),
                        )
                    )
                )
            )
        print(key[2], s.publish(rows))
    elif command in ("edit", "delete"):
        key = m.find(arguments[0])
        head = m.heads(key)[0]
        change = dict(content=arguments[1]) if command == "edit" else dict(is_deleted=True)
        v = new_version(s, key[1], [head], {**head, **change})
        print(
            s.publish([s.record_row(version_fact(key, v, None, os.urandom(16).hex() if m.is_sensitive(key) else None))])
        )
    elif command == "erase":
        key = m.find(arguments[0])
        payload = fact(dict(fact="erasure", user=key[0], owner=key[1], id=key[2], time=pair(s.now())))
        print(s.publish([s.record_row(payload, to_erase(m, key))]))
    else:
        raise SystemExit(__doc__)


def uuid7():
    b = bytearray(int(time.time() * 1000).to_bytes(6, "big") + os.urandom(10))
    b[6], b[8] = b[6] & 15 | 0x70, b[8] & 63 | 0x80
    return bytes(b).hex()


if __name__ == "__main__":
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
