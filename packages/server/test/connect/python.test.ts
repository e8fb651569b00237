import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { dataOf, getJson, serve } from '../api.ts'
import { has } from '../strangers/available.ts'

const run = promisify(execFile)

/** Written from PROTOCOL.md alone: rules 1.1, 1.2, 2.1, 2.2, 3, 4, 5, 8.1 and the sequence of section 11. */
const CLIENT = `
import asyncio, json, sys, websockets

class Client:
    def __init__(self, socket):
        self.socket, self.last_id, self.replies, self.messages, self.aliases = socket, 0, {}, [], {}

    async def read(self):
        said = json.loads(await self.socket.recv())
        if "c" in said:
            channel, name, epoch = self.aliases[said["c"]]
            self.messages.append((channel, name, f'{epoch}:{said["o"]}', said["d"]))
        elif said.get("push") == "channel":
            self.introduce(said)
        elif "id" in said:
            self.replies[said["id"]] = said

    def introduce(self, entry):
        for number, name in entry["aliases"].items():
            self.aliases[int(number)] = (entry["channel"], name, entry["epoch"])

    async def ask(self, op, **fields):
        self.last_id += 1
        await self.socket.send(json.dumps({"op": op, "id": self.last_id, **fields}))
        while self.last_id not in self.replies:
            await self.read()
        reply = self.replies.pop(self.last_id)
        if "error" in reply:
            raise Exception(reply["error"]["code"])
        return reply["result"]

    async def subscribe(self, *channels):
        entries = (await self.ask("subscribe", channels=list(channels)))["channels"]
        for entry in entries:
            self.introduce(entry)
        return entries

    async def message(self):
        while not self.messages:
            await self.read()
        return self.messages.pop(0)

def connect():
    return websockets.connect(sys.argv[1], subprotocols=["hydrant.v1"])

async def main():
    async with connect() as socket:
        client = Client(socket)
        await client.subscribe({"channel": "/chat/lobby"})
        published = await client.ask("publish", channel="/chat/lobby", data={"text": "one"}, key="k1")
        channel, name, position, data = await client.message()
        assert (channel, name, position, data) == ("/chat/lobby", "say", published["position"], {"text": "one"}), position
        for text in ("two", "three"):
            await client.ask("publish", channel="/chat/lobby", data={"text": text})
        await client.message()
        try:
            await client.ask("publish", channel="/prices/AAPL", data={"price": 1})
        except Exception as error:
            print("refused", error)
    async with connect() as socket:
        client = Client(socket)
        [entry] = await client.subscribe({"channel": "/chat/lobby", "since": position})
        assert entry["recovered"] is True
        print([(await client.message())[3]["text"] for _ in range(2)])
        await client.ask("publish", channel="/chat/lobby", data={"text": "four"})
        print((await client.message())[3]["text"])
        await client.ask("unsubscribe", channels=["/chat/lobby"])

asyncio.run(main())
`

describe.runIf(has('python3-websockets'))('a client in Python, written from PROTOCOL.md', () => {
  it('subscribes, publishes and resumes', async () => {
    await using api = await serve()
    const { stdout } = await run('/usr/bin/python3', ['-c', CLIENT, `${api.wsUrl}/-/connect`])
    expect(stdout).toBe("refused wrong-direction\n['two', 'three']\nfour\n")
    expect(dataOf(await getJson(`${api.url}/chat/lobby`))).toHaveLength(4)
  })
})
