"""Drives `hearth mcp` with the client of PyPI's `mcp`, in one era of the protocol, and says what it saw.

    python3 client.py HEARTH STORE legacy|auto

Needs mcp 2.3 or later. Exits with 0 where everything was as it must be.
"""

import sys
import warnings

import anyio
import mcp_types as types
from mcp import Client, StdioServerParameters
from mcp.shared.subscriptions import ResourceUpdated

HEARTH, STORE, MODE = sys.argv[1:]
# Sessions are what the older era is.
warnings.simplefilter("ignore")
USER = "user_123"


def server(agent, *options):
    return StdioServerParameters(
        command=HEARTH, args=["mcp", "--db", STORE, "--agent", agent, "--user", USER, *options]
    )


async def call(client, tool, **arguments):
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content[0].text
    return result.structured_content


async def choose_open(context, params):
    """A person who reads the form and picks the text that says open."""
    schema = params.requested_schema
    choices = (schema if isinstance(schema, dict) else schema.model_dump(by_alias=True))["properties"]["choice"]["oneOf"]
    chosen = next(choice["const"] for choice in choices if "open" in choice["title"])
    return types.ElicitResult(action="accept", content={"choice": chosen})


async def main():
    told = anyio.Event()
    updated = []

    async def hear(message):
        if isinstance(message, types.ResourceUpdatedNotification):
            updated.append(str(message.params.uri))
            told.set()

    async with (
        Client(server("sentry", "--tools", "all"), mode=MODE, message_handler=hear, elicitation_callback=choose_open) as sentry,
        Client(server("mimic", "--tools", "all"), mode=MODE) as mimic,
    ):
        expected = "2025-11-25" if MODE == "legacy" else "2026-07-28"
        assert sentry.protocol_version == expected, sentry.protocol_version
        tools = {tool.name for tool in (await sentry.list_tools()).tools}
        assert {"remember", "recall", "resolve", "status"} <= tools, tools

        memory = (await call(sentry, "remember", content="The door is shut."))["id"]
        assert memory in (await call(sentry, "recall", query="door"))["text"]
        await call(sentry, "share", id=memory, **{"with": ["mimic"]})
        assert (await call(mimic, "get", id=memory))["content"] == "The door is shut."

        proposed = await call(mimic, "revise", id=memory, content="The door is locked.")
        assert proposed["published"] is False, proposed
        await call(sentry, "revise", id=memory, content="The door is open.")
        assert (await call(mimic, "sync"))["conflicts"] == 1
        conflicts = (await call(sentry, "conflicts"))["conflicts"]
        assert len(conflicts) == 1, conflicts
        resolved = await call(sentry, "resolve", conflict=conflicts[0]["conflict"])
        assert resolved["content"] == "The door is open.", resolved

        uri = f"hearth://memory/{memory}"
        with anyio.fail_after(3_000):
            if MODE == "legacy":
                await sentry.subscribe_resource(uri)
                await sentry.send_ping()
                await call(mimic, "revise", id=memory, content="The door is ajar.")
                await call(mimic, "sync")
                await told.wait()
                assert uri in updated, updated
            else:
                async with sentry.listen(resource_subscriptions=[uri], resources_list_changed=True) as changes:
                    await call(mimic, "revise", id=memory, content="The door is ajar.")
                    await call(mimic, "sync")
                    async for event in changes:
                        if isinstance(event, ResourceUpdated) and event.uri == uri:
                            break

        listed = [str(resource.uri) for resource in (await sentry.list_resources()).resources]
        assert uri in listed and "hearth://status" in listed, listed
        assert (await sentry.read_resource(uri)).contents[0].text == "The door is ajar."
        assert len((await sentry.list_resource_templates()).resource_templates) == 5
        prompts = {prompt.name for prompt in (await sentry.list_prompts()).prompts}
        assert prompts == {"recall_for_task", "review_conflicts", "tidy_up"}, prompts
        prompt = await sentry.get_prompt("recall_for_task", {"task": "close the door"})
        assert "The door is ajar." in prompt.messages[0].content.text
        completion = await sentry.complete(types.PromptReference(type="ref/prompt", name="tidy_up"), {"name": "category", "value": "gen"})
        assert completion.completion.values == ["general"], completion
        refused = await sentry.call_tool("remember", {"content": "x", "agent": "alden"})
        assert refused.is_error and "fixed" in refused.content[0].text
    print("as it must be")


anyio.run(main)
