"""What the protocol's official conformance suite asks of a server, asked of `hearth mcp`: each of its scenarios for servers, by its name, or
why it does not apply.

    python3 scenarios.py HEARTH DIRECTORY [SCENARIO...]

Stores are made in DIRECTORY. Needs nothing but Python: it speaks in raw lines, so no client hides what the server says. The suite itself
needs a server on HTTP with tools made for it; here the checks are our own, on the tools that there are. Prints a line for each scenario
and exits with 0 where none failed.
"""

import itertools
import json
import os
import re
import sys

from wire import Server, at, check, equal, remember

HEARTH, DIRECTORY, CHOSEN = os.path.abspath(sys.argv[1]), sys.argv[2], sys.argv[3:]
ELICITATION = {"elicitation": {}}
stores = itertools.count()
SCENARIOS = {}

NO_LOGGING = "logging is not declared: the log goes to standard error, and the newest revision deprecates the rest"
NO_MEDIA = "a memory is text; no result has this kind of content"
NO_HTTP = "the server is on standard input and output"
NO_STATE = "one question is all that is ever asked, and what it is about stands in the arguments: no requestState is given"
NOT_APPLICABLE = {
    "logging-set-level": NO_LOGGING,
    "tools-call-with-logging": NO_LOGGING,
    "per-request-loglevel": NO_LOGGING,
    "tools-call-image": NO_MEDIA,
    "tools-call-audio": NO_MEDIA,
    "tools-call-embedded-resource": NO_MEDIA,
    "resources-read-binary": NO_MEDIA,
    "prompts-get-embedded-resource": NO_MEDIA,
    "prompts-get-with-image": NO_MEDIA,
    "tools-call-sampling": "the server asks no model",
    "input-required-result-basic-sampling": "the server asks no model",
    "input-required-result-basic-list-roots": "the server asks for no roots",
    "input-required-result-request-state": NO_STATE,
    "input-required-result-tampered-state": NO_STATE,
    "input-required-result-multi-round": NO_STATE,
    "input-required-result-multiple-input-requests": NO_STATE,
    "input-required-result-non-tool-request": "prompts and resources need no input",
    "elicitation-sep1034-defaults": "the one form has no defaults: a person is to choose",
    "sep-2106-structured-content": "every result is an object, which clients of all revisions take",
    "server-sse-polling": NO_HTTP,
    "server-sse-multiple-streams": NO_HTTP,
    "dns-rebinding-protection": NO_HTTP,
    "http-standard-headers": NO_HTTP,
    "protocol-version-header": NO_HTTP,
    "session-lifecycle": NO_HTTP,
    "session-isolation": NO_HTTP,
    "scope-challenge": NO_HTTP,
    "auth": NO_HTTP,
    "server-legacy-extensions": "no extension is declared",
    "tasks": "no extension is declared",
    "skills": "no extension is declared",
    "events": "no extension is declared",
}


def scenario(name):
    def add(body):
        SCENARIOS[name] = body
        return body

    return add


def start(agent="alden", *options, store=None):
    store = store or os.path.join(DIRECTORY, f"{next(stores)}.db")
    return Server([HEARTH, "mcp", "--db", store, "--agent", agent, "--user", "user_123", *options])


def opened(capabilities=None):
    server = start()
    server.open(capabilities or {})
    return server


# The beginning


@scenario("server-initialize")
def initialize():
    with start() as server:
        result = server.open({})
        equal(result["protocolVersion"], "2025-11-25")
        for name in ("tools", "resources", "prompts", "completions"):
            check(isinstance(result["capabilities"].get(name), dict), f"{name} is not declared")
        check(all(isinstance(result["serverInfo"].get(key), str) for key in ("name", "version")), "serverInfo")
        check(isinstance(result.get("instructions"), str), "instructions")


@scenario("ping")
def ping():
    with opened() as server:
        equal(server.result("ping"), {})


@scenario("json-rpc-batch-rejection")
def batch():
    with opened() as server:
        server.send([{"jsonrpc": "2.0", "id": number, "method": "ping"} for number in (901, 902)])
        error = server.wait(lambda message: message.get("id", 0) is None, "an error without id")
        equal(at(error, "error", "code"), -32600)
        equal(server.result("ping"), {})
        check(not [message for message in server.received if message.get("id") in (901, 902)], "the batch was answered")


# Tools


@scenario("tools-list")
def tools_list():
    with opened() as server:
        tools = server.result("tools/list")["tools"]
        names = [tool["name"] for tool in tools]
        check(names and len(set(names)) == len(names), "no tool, or two of one name")
        for tool in tools:
            check(re.fullmatch(r"[A-Za-z0-9_.-]{1,128}", tool["name"]), tool["name"])
            check(tool["description"].strip(), f"{tool['name']} has no description")
            equal(tool["inputSchema"]["type"], "object")


@scenario("tools-call-simple-text")
def simple_text():
    with opened() as server:
        result = server.call("remember", content="Tea at four.")
        check(result["content"] and all(part["type"] == "text" and part["text"] for part in result["content"]), result)


@scenario("tools-call-mixed-content")
def mixed_content():
    """Ours mix text with structured content: both say the same, and the structure is as the tool's schema has it."""
    with opened() as server:
        schemas = {tool["name"]: tool["outputSchema"] for tool in server.result("tools/list")["tools"]}
        memory = remember(server, "Tea at four.")
        for tool, arguments in (("get", {"id": memory}), ("recall", {"query": "tea"}), ("browse", {}), ("conflicts", {})):
            result = server.call(tool, **arguments)
            equal(json.loads(result["content"][0]["text"]), result["structuredContent"])
            for name in schemas[tool].get("required", []):
                check(name in result["structuredContent"], f"{tool} gives no {name}")


@scenario("tools-call-error")
def tool_error():
    with opened() as server:
        result = server.result("tools/call", {"name": "get", "arguments": {"id": "none"}})
        check(result["isError"] is True and "none" in result["content"][0]["text"], result)
        unknown = server.ask("tools/call", {"name": "no_such_tool", "arguments": {}})
        equal(at(unknown, "error", "code"), -32602)


def held(capabilities=None):
    """A server whose agent waits for a lock that another server of the same agent holds."""
    holder = start("alden", "--tools", "all")
    holder.open({})
    memory = remember(holder, "Held.")
    holder.call("lock", id=memory, seconds=86_400)
    waiter = start("alden", "--tools", "all", store=holder.store)
    waiter.open(capabilities or {})
    return holder, waiter, memory


def waiting(waiter, memory, **meta):
    """A call that waits for the lock, and then has it for a second."""
    params = {"name": "lock", "arguments": {"id": memory, "wait": 86_400, "seconds": 1}}
    return waiter.begin("tools/call", params | ({"_meta": meta} if meta else {}))


@scenario("tools-call-with-progress")
def with_progress():
    holder, waiter, memory = held()
    with holder, waiter:
        request = waiting(waiter, memory, progressToken="p-1")
        waiter.wait(lambda _: len(waiter.heard("notifications/progress")) >= 2, "progress")
        holder.call("unlock", id=memory)
        check(at(waiter.answer(request), "result", "structuredContent", "locked") is True, "it is not locked")
        steps = waiter.heard("notifications/progress")
        equal({step["progressToken"] for step in steps}, {"p-1"})


@scenario("progress-notifications")
def progress():
    holder, waiter, memory = held()
    with holder, waiter:
        named, unnamed = waiting(waiter, memory, progressToken=7), waiting(waiter, memory)
        waiter.wait(lambda _: len(waiter.heard("notifications/progress")) >= 2, "progress")
        holder.call("unlock", id=memory)
        waiter.answer(named)
        waiter.answer(unnamed)
        equal(waiter.result("ping"), {})
        at_end = [number for number, message in enumerate(waiter.received) if message.get("id") == named][0]
        late = [message for message in waiter.received[at_end:] if message.get("method") == "notifications/progress"]
        check(not late, f"{len(late)} came after the answer")
        steps = waiter.heard("notifications/progress")
        equal({step["progressToken"] for step in steps}, {7})
        values = [step["progress"] for step in steps]
        check(all(first < second for first, second in zip(values, values[1:])), values)


@scenario("cancellation")
def cancellation():
    holder, waiter, memory = held()
    with holder, waiter:
        for number in range(5):
            waiter.note("notifications/cancelled", {"requestId": f"unknown-{number}", "reason": "a trial"})
        equal(waiter.result("ping"), {})
        request = waiting(waiter, memory)
        waiter.note("notifications/cancelled", {"requestId": request, "reason": "no longer wanted"})
        # Lines are taken in their order. Where the wait went on, it would have the lock as soon as the holder gives it back.
        equal(waiter.result("ping"), {})
        holder.call("unlock", id=memory)
        equal(holder.call("lock", id=memory, wait=600)["structuredContent"]["locked"], True)
        equal(waiter.result("ping"), {})
        check(not waiter.answers(request), "a request that was cancelled was answered")


# Resources, prompts, completion


@scenario("resources-list")
def resources_list():
    with opened() as server:
        remember(server, "Tea at four.")
        resources = server.result("resources/list")["resources"]
        check(len(resources) == 3 and all(resource["uri"] and resource["name"] for resource in resources), resources)


@scenario("pagination")
def pagination():
    with opened() as server:
        wanted = {f"hearth://memory/{remember(server, str(number))}" for number in range(120)}
        found, cursor, pages = [], None, 0
        while pages == 0 or cursor is not None:
            page = server.result("resources/list", {"cursor": cursor} if cursor else {})
            found += [resource["uri"] for resource in page["resources"]]
            cursor, pages = page.get("nextCursor"), pages + 1
        check(pages > 1 and len(found) == len(set(found)), f"{pages} pages, {len(found)} resources")
        check(wanted <= set(found), "a memory is on no page")
        equal(at(server.ask("resources/list", {"cursor": "none of yours"}), "error", "code"), -32602)


@scenario("resources-read-text")
def read_text():
    with opened() as server:
        uri = f"hearth://memory/{remember(server, 'Tea at four.')}"
        content = server.result("resources/read", {"uri": uri})["contents"]
        equal(content, [{"uri": uri, "mimeType": "text/plain", "text": "Tea at four."}])


@scenario("resources-templates-read")
def read_template():
    with opened() as server:
        memory = remember(server, "Tea at four.", tags=["hot drinks"], category="task")
        templates = [template["uriTemplate"] for template in server.result("resources/templates/list")["resourceTemplates"]]
        values = {"{id}": memory, "{category}": "task", "{tag}": "hot%20drinks", "{agent}": "alden"}
        for template in templates:
            uri = re.sub(r"\{\w+\}", lambda name: values[name.group()], template)
            content = server.result("resources/read", {"uri": uri})["contents"][0]
            check(content["uri"] == uri and "Tea at four." in content["text"], content)


@scenario("sep-2164-resource-not-found")
def not_found():
    with opened() as server:
        uri = "test://nonexistent-resource-for-conformance-testing"
        error = server.ask("resources/read", {"uri": uri}, modern=True)["error"]
        equal((error["code"], error["data"]["uri"]), (-32602, uri))
        equal(at(server.ask("resources/read", {"uri": uri}), "error", "code"), -32002)


@scenario("resources-subscribe")
def subscribe():
    with opened() as server:
        memory = remember(server, "Tea at four.")
        uri = f"hearth://memory/{memory}"
        equal(server.result("resources/subscribe", {"uri": uri}), {})
        server.call("revise", id=memory, content="Tea at five.")
        server.wait(lambda _: {"uri": uri} in server.heard("notifications/resources/updated"), "an update")


@scenario("resources-unsubscribe")
def unsubscribe():
    with opened() as server:
        first, second = remember(server, "Tea at four."), remember(server, "Rice at seven.")
        uris = [f"hearth://memory/{memory}" for memory in (first, second)]
        for uri in uris:
            server.result("resources/subscribe", {"uri": uri})
        equal(server.result("resources/unsubscribe", {"uri": uris[0]}), {})
        server.call("revise", id=first, content="Tea at five.")
        server.call("revise", id=second, content="Rice at eight.")
        server.wait(lambda _: {"uri": uris[1]} in server.heard("notifications/resources/updated"), "an update")
        check({"uri": uris[0]} not in server.heard("notifications/resources/updated"), "it was told nevertheless")


@scenario("prompts-list")
def prompts_list():
    with opened() as server:
        for prompt in server.result("prompts/list")["prompts"]:
            check(prompt["name"] and prompt["description"], prompt)
            check(all(argument["name"] and argument["description"] for argument in prompt["arguments"]), prompt)


@scenario("prompts-get-simple")
def prompt_simple():
    with opened() as server:
        messages = server.result("prompts/get", {"name": "review_conflicts"})["messages"]
        check(messages and all(message["role"] == "user" and message["content"]["text"] for message in messages), messages)


@scenario("prompts-get-with-args")
def prompt_with_arguments():
    with opened() as server:
        result = server.result("prompts/get", {"name": "recall_for_task", "arguments": {"task": "brew oolong"}})
        check("brew oolong" in result["messages"][0]["content"]["text"], result)
        for params in ({"name": "recall_for_task"}, {"name": "no_such_prompt"}):
            equal(at(server.ask("prompts/get", params), "error", "code"), -32602)


@scenario("completion-complete")
def completion():
    with opened() as server:
        remember(server, "Tea.", tags=["trains", "Travel", "tea"])
        params = {"ref": {"type": "ref/prompt", "name": "tidy_up"}, "argument": {"name": "tag", "value": "tr"}}
        result = server.result("completion/complete", params)["completion"]
        equal((set(result["values"]), result["total"], result["hasMore"]), ({"trains", "Travel"}, 2, False))


# Questions to a person


def conflict():
    """Two servers of two agents whose edits contradict each other, and the conflict that one of them may settle."""
    sentry = start("sentry", "--tools", "all")
    sentry.open(ELICITATION)
    mimic = start("mimic", "--tools", "all", store=sentry.store)
    mimic.open({})
    memory = remember(sentry, "The door is shut.")
    sentry.call("share", id=memory, **{"with": ["mimic"]})
    mimic.call("revise", id=memory, content="The door is locked.")
    sentry.call("revise", id=memory, content="The door is open.")
    mimic.call("sync")
    waiting = sentry.call("conflicts")["structuredContent"]["conflicts"]
    equal(len(waiting), 1)
    mimic.close()
    return sentry, {"name": "resolve", "arguments": {"conflict": waiting[0]["conflict"]}}


def choices(question):
    equal(question["method"], "elicitation/create")
    schema = question["params"]["requestedSchema"]
    check(question["params"]["message"] and schema["type"] == "object" and schema["required"] == ["choice"], question)
    return schema["properties"]["choice"]["oneOf"]


def open_door(question):
    """What a person answers who wants the door open."""
    chosen = next(choice["const"] for choice in choices(question) if "open" in choice["title"])
    return {"action": "accept", "content": {"choice": chosen}}


@scenario("tools-call-elicitation")
def elicitation():
    sentry, resolve = conflict()
    with sentry:
        request = sentry.begin("tools/call", resolve)
        question = sentry.wait(lambda message: message.get("method") == "elicitation/create", "a question")
        sentry.send({"jsonrpc": "2.0", "id": question["id"], "result": open_door(question)})
        equal(at(sentry.answer(request), "result", "structuredContent", "content"), "The door is open.")


@scenario("elicitation-sep1330-enums")
def enumeration():
    """The form offers one choice among titled ones."""
    sentry, resolve = conflict()
    with sentry:
        sentry.begin("tools/call", resolve)
        question = sentry.wait(lambda message: message.get("method") == "elicitation/create", "a question")
        for choice in choices(question):
            check(set(choice) == {"const", "title"} and choice["const"] and choice["title"], choice)
        equal(question["params"]["requestedSchema"]["properties"]["choice"]["type"], "string")


def asked(server, resolve, **more):
    return server.ask("tools/call", resolve | more, modern=True, capabilities=ELICITATION)


@scenario("input-required-result-basic-elicitation")
def input_required():
    sentry, resolve = conflict()
    with sentry:
        first = asked(sentry, resolve)["result"]
        equal(list(first["inputRequests"]), ["decision"])
        answer = open_door(first["inputRequests"]["decision"])
        second = asked(sentry, resolve, inputResponses={"decision": answer})["result"]
        equal((second["resultType"], second["structuredContent"]["content"]), ("complete", "The door is open."))
        check(not [message for message in sentry.received if "id" in message and "method" in message], "a request was sent")


@scenario("input-required-result-result-type")
def result_type():
    sentry, resolve = conflict()
    with sentry:
        first = asked(sentry, resolve)["result"]
        equal(first["resultType"], "input_required")
        check("content" not in first and ("inputRequests" in first or "requestState" in first), first)


@scenario("input-required-result-capability-check")
def capability_check():
    """Who shows no forms is not asked, and is told what to do instead."""
    sentry, resolve = conflict()
    with sentry:
        for capabilities in ({}, {"elicitation": {"url": {}}}, {"sampling": {}}):
            result = sentry.ask("tools/call", resolve, modern=True, capabilities=capabilities)["result"]
            check(result["resultType"] == "complete" and result["isError"] is True, result)
            check("keep" in result["content"][0]["text"], result)


@scenario("input-required-result-missing-input-response")
def missing_response():
    sentry, resolve = conflict()
    with sentry:
        answer = {"action": "accept", "content": {"choice": "x"}}
        for responses in ({}, {"wrong_key": answer}):
            equal(asked(sentry, resolve, inputResponses=responses)["result"]["resultType"], "input_required")


@scenario("input-required-result-validate-input")
def validated_input():
    sentry, resolve = conflict()
    with sentry:
        wrong = [42, "open", [], {"action": "accept"}, {"action": "accept", "content": {"choice": 5}}, {"action": "perhaps"}]
        for answer in wrong:
            equal(asked(sentry, resolve, inputResponses={"decision": answer})["result"]["resultType"], "input_required")
        refused = asked(sentry, resolve, inputResponses={"decision": {"action": "decline"}})["result"]
        check(refused["isError"] is True, refused)
        equal(len(sentry.call("conflicts")["structuredContent"]["conflicts"]), 1)


@scenario("input-required-result-ignore-extra-params")
def extra_responses():
    sentry, resolve = conflict()
    with sentry:
        answer = open_door(asked(sentry, resolve)["result"]["inputRequests"]["decision"])
        result = asked(sentry, resolve, inputResponses={"decision": answer, "other": {"action": "accept"}})["result"]
        equal(result["structuredContent"]["content"], "The door is open.")


@scenario("input-required-result-unsupported-methods")
def unsupported_methods():
    with start() as server:
        memory = remember_modern(server)
        methods = {
            "tools/list": {}, "resources/list": {}, "resources/templates/list": {}, "prompts/list": {}, "server/discover": {},
            "resources/read": {"uri": f"hearth://memory/{memory}"}, "prompts/get": {"name": "tidy_up"},
            "completion/complete": {"ref": {"type": "ref/prompt", "name": "tidy_up"}, "argument": {"name": "tag", "value": ""}},
        }
        for method, params in methods.items():
            answer = server.ask(method, params, modern=True, capabilities=ELICITATION)
            equal((method, answer["result"]["resultType"]), (method, "complete"))


def remember_modern(server):
    params = {"name": "remember", "arguments": {"content": "Tea at four."}}
    return server.ask("tools/call", params, modern=True)["result"]["structuredContent"]["id"]


# Without sessions


@scenario("server-stateless")
def stateless():
    with start() as server:
        version, capabilities = "io.modelcontextprotocol/protocolVersion", "io.modelcontextprotocol/clientCapabilities"
        for meta in (None, {}, {capabilities: {}}, {version: "2026-07-28"}, {version: 5, capabilities: {}}):
            answer = server.ask("server/discover", {"_meta": meta} if meta is not None else {})
            equal((meta, answer["error"]["code"]), (meta, -32602))
        # The specification asks for no more than these two.
        answer = server.ask("server/discover", {"_meta": {version: "2026-07-28", capabilities: {}}})
        found = answer["result"]
        check("2026-07-28" in found["supportedVersions"] and isinstance(found["capabilities"], dict), found)
        check(found["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], found)
        for capability, method in (("tools", "tools/list"), ("resources", "resources/list"), ("prompts", "prompts/list")):
            check(capability in found["capabilities"] and "result" in server.ask(method, modern=True), capability)
        error = server.ask("server/discover", {"_meta": {version: "v999.0.0", capabilities: {}}})["error"]
        equal((error["code"], error["data"]["requested"]), (-32022, "v999.0.0"))
        check(set(error["data"]["supported"]) <= set(found["supportedVersions"]), error)
        removed = ["initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe", "unknown/method"]
        for method in removed:
            equal((method, server.ask(method, {}, modern=True)["error"]["code"]), (method, -32601))
        memory = remember_modern(server)
        check(not server.heard("notifications/message"), "it logs to the client")
        wanted = {"resourceSubscriptions": [f"hearth://memory/{memory}"], "promptsListChanged": True}
        stream = server.begin("subscriptions/listen", {"notifications": wanted}, modern=True)
        told = server.wait(lambda message: at(message, "params", "_meta") is not None, "a notification of the stream")
        equal(told["method"], "notifications/subscriptions/acknowledged")
        # What never changes is not promised.
        equal(told["params"]["notifications"], {"resourceSubscriptions": wanted["resourceSubscriptions"]})
        remember_modern(server)
        params = {"name": "revise", "arguments": {"id": memory, "content": "Tea at five."}}
        server.ask("tools/call", params, modern=True)
        server.wait(lambda _: server.heard("notifications/resources/updated"), "an update")
        for message in (message for message in server.received if "method" in message):
            equal(message["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"], stream)
            check(message["method"] != "notifications/resources/list_changed", "the list was not asked for")


@scenario("server-sessionless")
def sessionless():
    def lists(server):
        found = {}
        for method, field, key in (("tools/list", "tools", "name"), ("resources/list", "resources", "uri"), ("prompts/list", "prompts", "name")):
            found[method] = sorted(item[key] for item in server.ask(method, modern=True)["result"][field])
        return found

    with start() as first:
        remember_modern(first)
        before = lists(first)
        first.ask("server/discover", modern=True)
        first.open({})
        with start(store=first.store) as second:
            equal(lists(second), before)
        equal(lists(first), before)


@scenario("caching")
def caching():
    with start() as server:
        memory = remember_modern(server)
        methods = {method: {} for method in ("tools/list", "prompts/list", "resources/list", "resources/templates/list")}
        for method, params in (methods | {"resources/read": {"uri": f"hearth://memory/{memory}"}}).items():
            result = server.ask(method, params, modern=True)["result"]
            lasting = result["ttlMs"]
            check(type(lasting) is int and lasting >= 0, f"{method}: ttlMs is {lasting!r}")
            check(result["cacheScope"] in ("public", "private"), f"{method}: {result['cacheScope']}")
            # A memory belongs to its user, and may be another the next moment.
            if method.startswith("resources/") and "templates" not in method:
                equal((method, lasting, result["cacheScope"]), (method, 0, "private"))


@scenario("json-schema-2020-12")
def schemas():
    """Every schema is of the dialect that is meant where none is named, and uses words that all dialects have."""
    known = {"type", "properties", "required", "items", "enum", "description"}

    def walk(schema):
        check(isinstance(schema, dict) and set(schema) <= known, schema)
        for inner in list(schema.get("properties", {}).values()) + ([schema["items"]] if "items" in schema else []):
            walk(inner)

    with start("alden", "--tools", "all") as server:
        for tool in server.ask("tools/list", modern=True)["result"]["tools"]:
            walk(tool["inputSchema"])
            walk(tool["outputSchema"])


def main():
    failed = 0
    for name in CHOSEN or SCENARIOS:
        try:
            SCENARIOS[name]()
            print(f"pass {name}", flush=True)
        except Exception as problem:
            failed += 1
            print(f"FAIL {name}: {type(problem).__name__}: {problem}", flush=True)
    for name, reason in ({} if CHOSEN else NOT_APPLICABLE).items():
        print(f"none {name}: {reason}")
    print(f"{len(CHOSEN or SCENARIOS) - failed} of {len(CHOSEN or SCENARIOS)} scenarios as they must be, {len(NOT_APPLICABLE)} do not apply")
    sys.exit(1 if failed else 0)


main()
